"""Receipts by mail, to addresses that the library has already.

Law: `letter` is pure, and `relay` the only file that knows smtplib. An address goes to the
library's mail server and nowhere else: to no station, into no log, into no error's text.
"""
