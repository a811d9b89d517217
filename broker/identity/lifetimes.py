"""How long certificates and invitations last, and when somebody has to act. Pure.

Moments are seconds since 1970 UTC.
"""

from typing import Final

DAY: Final = 86_400
LIFE: Final = 90 * DAY
AUTHORITY_LIFE: Final = 20 * 365 * DAY
# A device whose clock is a little behind must believe in a certificate that was made just now.
BACKDATED: Final = DAY
INVITATION_SECONDS: Final = 1800
# So long after its end a certificate may still be renewed with its own key, if staff approve.
GRACE: Final = 30 * DAY
_ALARMS: Final = (
    (0, "expired"),
    (7 * DAY, "expires-in-7-days"),
    (14 * DAY, "expires-in-14-days"),
    (30 * DAY, "expires-in-30-days"),
)


def renewal_due(valid_from: float, valid_until: float, now: float) -> bool:
    """Whether two thirds of the certificate's life are over.

    >>> renewal_due(0, 90, 59), renewal_due(0, 90, 60)
    (False, True)
    """
    return now >= valid_from + (valid_until - valid_from) * 2 / 3


def alarm(valid_until: float, now: float) -> str:
    """What to tell technicians: a closed word, empty while more than 30 days are left.

    >>> alarm(31 * DAY, 0), alarm(14 * DAY, 0), alarm(0, 0)
    ('', 'expires-in-14-days', 'expired')
    """
    left = valid_until - now
    return next((word for at_most, word in _ALARMS if left <= at_most), "")
