"""The unattended return box: what fell into the bin is returned at that moment.

Law: `box` is pure. Nobody stands at a bin's antenna, so nothing waits for anybody.
"""
