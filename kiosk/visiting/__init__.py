"""The rooms of a visit, one for each thing a patron comes for; `kiosk.dialogue` opens the doors.

Law: pure. Each takes the visit and what happened, and gives the visit and what is to be done.
"""
