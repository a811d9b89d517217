"""The RR3036 and RR9036 of Rongrui, sold by Fongwah and others with Chinese library stations.

Law: `frame`, `protocol`, `replies` and `trace` are pure; `driver` is our end, `simulator` the
reader's, and the simulator never imports the driver.

Nobody published a capture, so nothing here is confirmed by bytes of a real reader. Sources:
545ch4/RR3036 (MIT), which quotes the RR3036's manual on status codes; abatei/HB-RFID-Demo, which
builds every frame of the HR8002 after the same manual; zhangxf14/RR7036UBT, the vendor's own; the
vendor's demonstration program (Delphi, unit HFReader_Head) for readers' types, which tags want
which type of write, and how an inventory is gone on with; the contents of the RR9036's manual
V3.80; 961951000/ItemCirculation, a library's self-check, which takes 0B and 0E as success.

They agree on frames, commands and their states, the order of bytes in a UID, and errors; not on
writes: 545ch4/RR3036 writes all tags as the vendor writes those of Texas Instruments. Deduced from
one of them alone: that FF is heard by every reader, that 16 tags fit an answer, that the type 55 is
the RR9036 and that it has no scan. Not known: how a reader answers a bad frame, a scan it does not
have, or a write of the wrong type. The vendor's libraries can switch EAS and send commands over the
air, but with which bytes is not published: so EAS is refused. Try writing on a spare tag first.
"""
