"""Library cards over NFC, through any reader nfcpy drives.

Law: `protocol` is pure; `driver` is the only import of nfcpy; `simulator` is a card field on a
loopback socket that speaks nfcpy's UDP format.
"""
