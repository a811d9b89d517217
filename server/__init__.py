"""The library's side: journal of facts, circulation, and what stations are told.

Law: `journal` keeps what was received and defines every table; `circulation` decides and folds and
is pure; `library`, `stations` and `intake` are the shells that join the two.
"""
