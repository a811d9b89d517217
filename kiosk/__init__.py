"""The stations: kiosk, drop box and reading-room agent.

Law: never imports server. What a visit is and becomes (`visit`, `dialogue`, `book`), what is heard
and done (`happenings`), `offline`, `bounds` and `recovery` are pure; only `touchscreen` imports
Kivy, only `ledger` imports SQLAlchemy. A station has one thread that owns the visit and the ledger;
devices, network and screen talk to it through one queue.
"""
