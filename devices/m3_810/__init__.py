"""3M's pad readers, models 210 and 810, also sold under other names.

Law: `frame`, `protocol`, `replies` and `trace` are pure; `driver` is our end, `simulator` the
reader's, and the simulator never imports the driver. Source: 3M RFID Reader Model 210 Protocol
Specification 1.0.0, by its sections. Captures of real readers confirm the probe, the inventory, the
old style of reading, writing blocks, and the AFI; the rest stands as the specification has it.
"""
