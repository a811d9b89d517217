"""The hardware: readers, cards, their tags, and simulators that speak the same bytes.

Law: never imports kiosk or server. Device families do not know each other; only `catalogue` and
the simulated station name them. Every `protocol.py` and everything in `tags/` is pure; `link` is
the only import of pyserial, `nfc.driver` the only import of nfcpy.
"""
