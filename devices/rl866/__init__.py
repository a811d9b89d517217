"""Ruilin's RL866 and its kin, which vendors of library stations sell under many names.

Law: `frame`, `protocol`, `inventory`, `access` and `trace` are pure; `driver` is our end,
`simulator` the reader's, and the simulator never imports the driver.

The vendor's manual is not public. Sources: frames and fields in lainuri, a self-check in production
that quotes the manual, and the order of functions in the vendor's public header
rfidlib_aip_iso15693.h. Published frames confirm the frame, RESYNC, the configuration, the
inventory, connecting, the system information, reading and writing blocks without their locks, and
disconnecting. lainuri uses writing the AFI, and EAS on and off, with the codes given here. Not
confirmed by anything that ran: the code to write the DSFID, the EAS alarm, telling locks,
inventories in parts, and which error stands for what. Try them on a spare tag first.
"""
