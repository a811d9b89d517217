"""The one root of everything that can go wrong in Sirkula, and what the whole contract shares."""


class SirkulaError(Exception):
    """Root of every error the product defines; its text tells a technician what to do."""


class BadSettings(SirkulaError):
    """A settings file cannot be used; the text names the file, the key and the line."""


class BadMessage(SirkulaError):
    """Bytes that are not a message of this contract; the text names the reason."""


class Unreachable(SirkulaError):
    """The broker does not answer or refuses the connection; the text says which and why."""
