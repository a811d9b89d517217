"""What follows from the facts, and what the library allows.

Law: pure. No database, clock, randomness or logging; the same input gives the same answer.
"""
