"""The library's own registration office: who may be a device, and until when.

Law: `rules` is pure; `register` alone knows the tables; `keys` alone the folder with the authority.
What a device proves is checked by `registrar`, and nowhere else.
"""
