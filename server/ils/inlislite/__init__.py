"""INLISLite 3.3, the National Library's system, on its own database.

Law: `rules` is pure and decides as INLISLite's self-loan page does; `tables` has the columns that
are used; `reading` and `writing` are their statements; `library` is the port.

Facts are from INLISLite-Perpusnas/INLISLiteV33 (commit ed76c80): the controllers Peminjaman,
Pengembalian and Perpanjangan; what is taken from version 3.2 (pizaini/inlislite) says so.
"""
