"""LC Technology's USB relay boards LCUS-1, -2, -4 and -8, and their copies.

Law: `protocol` is pure; `driver` is our end, `simulator` the board's, on a real pseudo-terminal.

The command, its checksum and 9600 baud are what every vendor prints (e.g. optimusdigital.ro,
openimpulse.com) and what programs in use send (exmakhina/xm_tesmes for the LCUS-1,
Brasme/usb_ch340_4x_relay_control and Pebble94464/lcus-usb-relay-module-controller for the LCUS-4).
The question FF and its answer, a line such as `CH1: OFF` for each relay, are from the last two,
written by owners of an LCUS-4; both wait between two commands, 0.1 s at most, because the board
takes one at a time. The LCUS-1 cannot be asked (darrylb123/usbrelay, issue 121).

Not confirmed by a capture of ours: all of it. Not published: whether LCUS-2 and LCUS-8 answer FF
in the same words (`answers` says whether this one does), and what a board does with a command for
a relay it lacks. All relays are taken to be off when the board gets power.
"""
