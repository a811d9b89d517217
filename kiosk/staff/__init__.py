"""Staff mode: a station's own people put it in and out of service, try its parts, label and count.

Law: entered by a staff card or code between patrons' visits, never during one; ends by itself; no
patron's number is ever in it. What it hears (`heard`), what it has done (`deeds`), and the rooms
(`room`, `door`, `testing`, `tagging`, `inventory`) are pure; `records` alone writes files; `hands`
does the deeds; `conduct` stands between it and the patrons' visit.
"""
