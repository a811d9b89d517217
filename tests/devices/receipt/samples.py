"""Two receipts as the kiosk would hand them over, and reading the QR code of a printed one."""

from itertools import groupby

from PIL import Image, ImageOps

from devices.capabilities import Receipt, ReceiptRow, ReceiptSection
from devices.receipt.paper import PrintedReceipt

LINK = "https://perpustakaan.binjaikota.go.id/pinjaman"
TITLES = (
    "Laskar Pelangi",
    "Tenggelamnya Kapal van der Wijck: edisi revisi dengan pengantar dan catatan sejarah",
    "Bumi Manusia",
    "Ḥadīth al-Arba\u02bfīn an-Nawawiyyah: terjemah dan penjelasan",
    "Les misérables",
)
INDONESIAN = Receipt(
    "Perpustakaan Kota Binjai",
    ("Bukti pinjam", "Sen, 23 Nov 2026, 14.30 WIB"),
    (
        ReceiptSection(
            ReceiptRow("Judul", "Jatuh tempo"),
            tuple(ReceiptRow(title, "Sen, 30 Nov 2026") for title in TITLES),
        ),
    ),
    (
        "5 buku dipinjam.",
        "Jatuh tempo masih sementara: sambungan ke pusat terputus. Pinjaman Anda tercatat.",
        "No. struk 4F7K-92",
    ),
    LINK,
    "Pindai untuk memperpanjang",
)
ENGLISH = Receipt(
    "Perpustakaan Kota Binjai",
    ("Loan receipt", "Mon, 23 Nov 2026, 14:30 WIB"),
    (
        ReceiptSection(
            ReceiptRow("Title", "Due"),
            tuple(ReceiptRow(title, "Mon, 30 Nov 2026") for title in TITLES),
        ),
    ),
    (
        "5 books borrowed.",
        "The due dates are provisional: the network is down. Your loans are recorded.",
        "Receipt no. 4F7K-92",
    ),
    LINK,
    "Scan to renew",
)


def code_on(receipt: PrintedReceipt) -> Image.Image:
    """The picture on it with the paper above and below, up to the nearest words."""
    lengths = [
        list(strips)
        for has_words, strips in groupby(receipt.strips, lambda strip: bool(strip.words.strip()))
        if not has_words
    ]
    pictures = [PrintedReceipt(receipt.paper, tuple(strips)).dots() for strips in lengths]
    return max(pictures, key=lambda dots: dots.histogram()[0])


def modules_of(code: Image.Image, size: int) -> list[list[bool]]:
    """A square of black and white, `size` dots a module, without the quiet zone."""
    left, top, right, bottom = ImageOps.invert(code.convert("L")).getbbox() or (0, 0, 0, 0)
    return [
        [code.getpixel((x, y)) == 0 for x in range(left + size // 2, right, size)]
        for y in range(top + size // 2, bottom, size)
    ]
