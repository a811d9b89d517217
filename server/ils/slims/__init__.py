"""SLiMS 9 on its own database, as its circulation desk keeps it.

Law: `rules` is pure and decides as SLiMS does, also where that is odd; `tables` has the columns
that are used; `reading`, `writing` and `searching` are their statements; `records` (pure) has the
port's words, `library` is the port. SLiMS' tables are MyISAM unless its administrator chose InnoDB:
nothing is undone there, so what follows the row that counts is written after it, and what stands is
read back.

Facts are from slims/slims9_bulian: admin/modules/circulation/circulation_base_lib.inc.php (commit
062d3d0), loan_list.php (776e621), membership/member_base_lib.inc.php (0ac3f0a), simbio_date.inc.php
(5e26a4b), install/tables.php (0fdb39d), lib/member_logon.inc.php (0a37ffe).
"""
