"""NDEF messages by another hand than ours: the library that nfcpy itself uses."""

import ndef  # type: ignore[import-untyped]  # it ships no types


def text_message(text: str, encoding: str = "UTF-8", *, alone: bool = True) -> bytes:
    """A message with this text; not alone, it stands between other records."""
    records = [ndef.TextRecord(text, "id", encoding)]
    if not alone:
        long_one = ndef.UriRecord("https://binjai.example/" + "x" * 300)
        named = ndef.Record("urn:nfc:wkt:X", "name", b"y")
        records = [long_one, named, *records, ndef.TextRecord("another")]
    return b"".join(ndef.message_encoder(records))
