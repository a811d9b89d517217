"""Lights of the kernel's LED class: on a Raspberry Pi, LEDs at pins that an overlay names.

Law: `protocol` is pure; `driver` reads and writes files; `simulator` makes such files.

Sources: the kernel's Documentation/leds/leds-class.rst and its
Documentation/ABI/testing/sysfs-class-led; the overlay gpio-led of raspberrypi/linux
(arch/arm/boot/dts/overlays). Not yet tried on a Raspberry Pi: the files here are an ordinary
folder's, which keep what is written and know no trigger.
"""
