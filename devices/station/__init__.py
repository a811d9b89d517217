"""The simulated station: a kiosk's pad, a bin, a card reader and a cable, all moved by a prompt.

Law: its devices speak the real bytes at real paths, so programs run against it unchanged. It is
product code: the demo, the tests and acceptance on site use it. `prompt` is pure.
"""
