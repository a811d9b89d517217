"""metraTec's readers of ISO 15693 that speak lines of ASCII: DeskID ISO, Dwarf15, QR15, QuasarMX
and QuasarLR. Those that speak AT commands, such as DeskID NFC, are another family.

Law: `frame`, `protocol`, `air` and `trace` are pure; `driver` is our end, `simulator` the reader's,
and the simulator never imports the driver.

Checksums on the line are off when a reader is switched on. The driver switches them on before
anything else, as metraTec's own libraries do: without them a spoilt digit would be believed, and
one in a write would change another block.

Sources: metraTec's libraries, all MIT: metratec_rfid 1.4.5 for Python, and rfid-sdk-java and
rfid-sdk-dotnet at github.com/metratec; two programs that ran with such readers, of HTW Berlin
(2011, RfidControl.cpp) and of an Arduino. Names of commands are those in the contents of metraTec's
ISO 15693 Protocol Guide (2.5, May 2013, and 3.6, May 2016), of which no more was at hand.

They agree on the lines, their checksum, setting up, the inventory, reading blocks, system
information, writing a block, the AFI and the DSFID, and the words for errors. Not confirmed by any
of them: where a reader looks for the UID in NXP's custom commands (if elsewhere, the tag is silent,
which for the EAS alarm reads as off); security bytes told with blocks; that WRQ sends the EOF which
TI's tags wait for; whether IVF counts tags in decimal or hexadecimal digits, and those that told an
error; the order of the UID in system information. Try them on a spare tag first.
"""
