"""Names as one hears them in North Sumatra, put together by number. Nobody in particular."""

from typing import Final

_GIVEN: Final = (
    "Adelina", "Ahmad Fauzi", "Aisyah", "Andika", "Anggiat", "Bambang", "Benny", "Bonar",
    "Chandra", "Cut Meutia", "Daniel", "Debora", "Desi Ratna", "Dewi Sartika", "Edi", "Elisabet",
    "Fatimah Zahra", "Fitriani", "Hasan", "Herlina", "Ibrahim", "Indah Permata", "Irwansyah",
    "Jhonson", "Juliana", "Khairunnisa", "Lasma", "Lukman Hakim", "Maruli", "Melati", "Mei Ling",
    "Muhammad Rizki", "Nurhayati", "Poltak", "Rahmat Hidayat", "Rosmaida", "Sabar", "Siti Aminah",
    "Tiurma", "Yusuf",
)  # fmt: skip
_FAMILY: Final = (
    "Nasution", "Siregar", "Lubis", "Harahap", "Simanjuntak", "Sitorus", "Sembiring", "Ginting",
    "Tarigan", "Purba", "Damanik", "Saragih", "Hutabarat", "Panjaitan", "Manurung", "Wijaya",
    "Tanjung", "Batubara", "Daulay", "Rangkuti", "Perangin-angin", "Br. Karo", "Kusuma",
    "Setiawan", "Hutagalung", "Pasaribu", "Pohan", "Matondang", "Al-Hafiz", "Gunawan",
)  # fmt: skip
_ONE_WORD: Final = (
    "Suparno", "Wagiman", "Sutrisno", "Kartini", "Ngatinem", "Tukiman", "Sulastri", "Paijo",
    "Sumarni", "Misnan",
)  # fmt: skip
_ONE_WORD_EVERY: Final = 20


def sample_name(number: int) -> str:
    """The name of the number-th sample member; some people have only one."""
    turn = number // _ONE_WORD_EVERY
    if number % _ONE_WORD_EVERY == 0:
        return _ONE_WORD[(turn - 1) % len(_ONE_WORD)]
    given = _GIVEN[number * 7 % len(_GIVEN)]
    return f"{given} {_FAMILY[(number * 11 + number // len(_GIVEN)) % len(_FAMILY)]}"
