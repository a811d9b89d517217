"""What technicians and staff see: one page of devices and latest facts, kept live.

Law: the only FastAPI import. Reads, never writes; no patron number or name leaves here. `records`,
`view`, `times`, `changes` and `languages` are pure; `queries` alone reads the database.
"""
