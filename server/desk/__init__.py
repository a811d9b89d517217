"""The staff desk: open tasks, the grounds they rest on, and what staff decide about them.

Law: nothing here shows a patron's number or name.
"""
