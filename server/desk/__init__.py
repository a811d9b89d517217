"""The staff desk: open tasks, the grounds they rest on, and what staff decide about them.

Law: nothing here shows a patron's number or name of ours; the words of the library's own system,
which may, are shown only to who asks for that one task.
"""
