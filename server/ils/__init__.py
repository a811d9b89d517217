"""The library's own system (ILS), behind one port.

Law: `port` says in our words what any system can be asked, and is pure; each folder or module
beside it speaks to one kind of system. None of them repeats a change by itself. `settings` opens
the one that a library has, `check` finds out beforehand what it can do (`sirkula ils check`).
"""
