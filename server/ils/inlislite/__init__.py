"""INLISLite 3.3, the National Library's system, on its own database.

Law: `rules` is pure and decides as INLISLite's self-loan page does; `tables` has the columns that
are used; `reading`, `writing` and `searching` are their statements; `records` (pure) has the port's
words, `library` is the port.

Facts are from the controllers Peminjaman, Pengembalian and Perpanjangan of 3.3, read in a stored
copy that did not tell their paths (INLISLite-Perpusnas/INLISLiteV33; ed76c80 is the commit known of
it), and where it is said from version 3.2 (backend/modules/sirkulasi and common/models/base).
"""
