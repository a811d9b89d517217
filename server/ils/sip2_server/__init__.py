"""A LibrarySystem, offered over SIP2 2.00 to the machines a library already owns.

Beside `sip2` and not within it: that one is a client and implements the port, this one stands in
front of any implementation of it. They share the codec (`messages`, `protocol`, `writing`) only.

Law: `accounts`, `asked`, `answers` and `dialogue` are pure; `desk`, `house`, `loans` and `renewals`
ask the library, `memory` holds what lasts longer than a connection, `listener` has the only
sockets. Nobody is lent to twice because a machine repeats itself; what is not known is not said; no
name, number or PIN of a patron is logged.
"""
