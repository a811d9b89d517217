"""Doctests are collected by importing, and a test run must never import Kivy: it takes over
logging and reads the arguments. What draws is tested in processes of its own.
"""

collect_ignore = [
    "app.py",
    "audit/faults.py",
    "bar.py",
    "board.py",
    "bodies.py",
    "books.py",
    "drawing.py",
    "flow.py",
    "keyboard.py",
    "layout.py",
    "pager.py",
    "rehearsal.py",
    "screens.py",
    "staff_door.py",
    "stripes.py",
    "surface.py",
    "targets.py",
    "widgets.py",
]
