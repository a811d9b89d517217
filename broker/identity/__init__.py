"""Who a device is: one-time codes, certificates, and how a device gets and renews its own.

Law: `x509` alone knows cryptography; `codes`, `lifetimes` and `exchange` are pure. A private key is
made where it is used and never travels.
"""
