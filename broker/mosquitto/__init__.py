"""Debian's Mosquitto: as our child with a private generated configuration, or as a service.

Law: without TLS on the loopback only. In production Mosquitto is a service of its own with the
configuration that `sirkula-broker configuration` writes.
"""
