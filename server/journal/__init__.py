"""What the server keeps: every fact once, as received, and the tables derived from it.

Law: the one place of table definitions and of everything particular to one database product.
"""
