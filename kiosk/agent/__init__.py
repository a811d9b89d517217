"""The reading-room agent: health only, for any computer, gate or counter.

Law: owns no visit and no ledger; says how its machine is, and that it is there.
"""
