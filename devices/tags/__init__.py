"""What library tags say: one module per data model, `content` to read any of them.

Law: pure. Bytes in, frozen values out; `content.read_tag` never raises and never trusts the DSFID.
"""
