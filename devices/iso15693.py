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
