"""Barcode scanners, as a keyboard of the kernel's or at a serial port.

Law: `protocol` is pure; `driver` only carries bytes; `simulator` writes the bytes real ones write.
"""
