"""Receipts over ESC/POS, on paper of 58 or 80 mm, through a serial port, USB or the network.

Law: `layout` and `protocol` are pure; `job` is the only import of python-escpos; `driver` is our
end over any `link`; `simulator` is the other end, on a real terminal or TCP port, and draws what
it heard as `paper`.
"""
