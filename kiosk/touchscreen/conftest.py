"""Doctests are collected by importing, and a test run must never import Kivy: it takes over
logging and reads the arguments. What draws is tested in processes of its own.
"""

collect_ignore = [
    "app.py",
    "audit.py",
    "books.py",
    "drawing.py",
    "gallery.py",
    "rehearsal.py",
    "screens.py",
    "staff_check.py",
    "staff_gallery.py",
    "staff_overlay.py",
    "staff_parts.py",
    "staff_surface.py",
    "widgets.py",
]
