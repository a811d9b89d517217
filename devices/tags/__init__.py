"""What library tags say: one module per data model, `content` to read any of them.

`models` finds out which it is, `lending` says what may be lent, `account` shows all there is, and
`layout` writes data sets around what is locked. Law: pure. Bytes in, frozen values out;
`content.read_tag` never raises and never trusts the DSFID.
"""
