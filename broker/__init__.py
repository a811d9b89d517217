"""The contract: what Sirkula's programs say to each other, and how it travels.

Law: imports nothing of Sirkula. `vocabulary`, `facts`, `requests`, `telemetry` and `topics` are
pure values; `wire` alone turns them into bytes; `mqtt` alone knows paho.
"""
