"""SIP2, the 3M Standard Interchange Protocol 2.00, as self-service stations speak it to an ILS.

Law: everything is pure but `connection` (the only sockets), `pool` (whose turn it is) and `library`
(the port). Differences between systems are data in `profiles`. A question that changes records is
sent once; no text of ours holds a PIN or a patron's number.
"""
