"""ISO/IEC 15693-3: what a tag answers when it will not do as told. Pure."""

from enum import IntEnum


class TagRefusal(IntEnum):
    """Error codes of a tag's answer (ISO/IEC 15693-3, response error codes)."""

    NOT_SUPPORTED = 0x01
    NOT_RECOGNISED = 0x02
    OPTION_NOT_SUPPORTED = 0x03
    UNKNOWN = 0x0F
    BLOCK_NOT_AVAILABLE = 0x10
    BLOCK_ALREADY_LOCKED = 0x11
    BLOCK_LOCKED = 0x12
    NOT_PROGRAMMED = 0x13
    NOT_LOCKED = 0x14

    @property
    def words(self) -> str:
        """As it stands in a log, such as `block locked (error 12)`."""
        return f"{self.name.lower().replace('_', ' ')} (error {self.value:02X})"


def refusal_words(code: int) -> str:
    """Custom codes (A0 to DF) and unknown ones have no name."""
    return next((known.words for known in TagRefusal if known == code), f"error {code:02X}")
