"""Debian's Mosquitto as our child, with a private generated configuration, for one machine.

Law: loopback only. In production Mosquitto is a service of its own with the configuration we ship.
"""
