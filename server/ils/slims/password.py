"""Whether a password is the one SLiMS keeps the hash of. Pure (lib/member_logon.inc.php, 0a37ffe).

What SLiMS calls a member's `pin` is the number of their identity card, and no secret.
"""

import hmac
from hashlib import md5
from typing import Final

import bcrypt

from broker.vocabulary import Secret

_MD5_DIGITS: Final = 32
_BCRYPT_BYTES: Final = 72  # all that bcrypt looks at: PHP cuts there, the library here refuses


def is_password(given: Secret, kept: str) -> bool:
    """By PHP's password_hash (bcrypt), or by MD5 where it was set before SLiMS 8."""
    raw = given.reveal().encode()
    if len(kept) == _MD5_DIGITS:
        digest = md5(raw, usedforsecurity=False).hexdigest()
        return hmac.compare_digest(digest.encode(), kept.lower().encode())
    try:
        return bcrypt.checkpw(raw[:_BCRYPT_BYTES], kept.encode())
    except ValueError:  # no password was set, or its hash has another form
        return False
