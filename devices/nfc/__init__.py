"""Library cards over NFC, through any reader nfcpy drives.

Law: `frame` and `protocol` are pure; `driver` is the only import of nfcpy; `simulator` is a card
field on a loopback socket that speaks nfcpy's UDP format, `pn532_simulator` one behind a PN532 on a
pseudo-terminal.
"""
