"""Members, items and rules from other systems' files: all of it or nothing, and never a guess."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc import Field, Indicators, Record, Subfield
from sqlalchemy import Connection, Engine, select

from broker.errors import BadSettings
from broker.requests import Find
from server import search
from server.catalogue import rulebook
from server.journal.database import transaction
from server.journal.tables import item, loan, member, task, title
from server.transfer import marc, sheets
from server.transfer.fields import FIELDS, Line, Refused, Usable, What, Why, usable
from server.transfer.loading import Report, load, stored
from server.transfer.mappings import OWN, Mapping, known_formats, mapping_for
from tests.server.stories import MEDAN, NOON, STRANGER, entry, heard, intake, lent, stock

SLIMS_MEMBER = (
    '"M001","Andi \\"Buyung\\" Lubis","1","Standard","","Jl. Sudirman","","","0","","","","",'
    '"2020-01-01","2020-01-01","2027-06-30","1990-01-01",""'
)
SLIMS_ITEM = (
    '"B00001","899.221 3 HIR l","Reference","","","","","Pusat","","No Loan","","1","","0","",'
    '"","","","Laskar Pelangi"'
)
SLIMS_TITLE = (
    '"Laskar Pelangi","Text","1","978-979-3062-79-1","Bentang","c2005","","","899.221 3 HIR l",'
    '"Indonesia","Yogyakarta","899","","","","<Hirata, Andrea><Ahmad, B.>","<Novel>",'
    '"<B00001><B00002>"'
)
INLISLITE = "NO ANGGOTA;NAMA;JENIS ANGGOTA;TANGGAL AKHIR BERLAKU\n1207;Sitorus;Umum;31-12-2027\n"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as opened:
        yield opened


def bring(
    connection: Connection, what: What, file: Path, format_: str = OWN, own: Path | None = None
) -> Report:
    mapping = mapping_for(what, format_, own)
    return load(connection, what, sheets.lines(file, mapping), mapping)


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "file.csv"
    file.write_bytes(text.encode(encoding))
    return file


def own_members(tmp_path: Path, *rows: str) -> Path:
    return written(tmp_path, "\n".join(["number,card,name,kind,expires,blocked", *rows]))


def why(report: Report) -> list[tuple[int, str, Why]]:
    return [(one.number, one.field, one.why) for one in report.refused]


@pytest.mark.parametrize("heading", [True, False])
def test_members_of_slims_come_with_and_without_a_heading(
    connection: Connection, tmp_path: Path, *, heading: bool
) -> None:
    columns = mapping_for(What.MEMBERS, "slims", None).order
    first = ",".join(f'"{one}"' for one in columns) + ",\n" if heading else ""
    report = bring(
        connection, What.MEMBERS, written(tmp_path, first + SLIMS_MEMBER + "\n"), "slims"
    )
    assert (report.new, why(report)) == (1, [])
    row = connection.execute(select(member)).one()
    assert (row.number, row.name, row.kind) == ("M001", 'Andi "Buyung" Lubis', "Standard")
    assert row.expires == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("told", "kept"), [("andi@binjai.example", "andi@binjai.example"), ("-", None), ("", None)]
)
def test_where_members_of_slims_read_mail_comes_along(
    connection: Connection, tmp_path: Path, told: str, kept: str | None
) -> None:
    text = SLIMS_MEMBER.replace('"Standard",""', f'"Standard","{told}"')
    assert why(bring(connection, What.MEMBERS, written(tmp_path, text), "slims")) == []
    assert connection.scalar(select(member.c.mail)) == kept


def test_what_is_no_address_is_refused_and_an_address_goes_out_and_in_again(
    connection: Connection, tmp_path: Path
) -> None:
    head = "number,card,name,kind,expires,blocked,mail\n"
    wrong = written(tmp_path, f"{head}K-1,,Siti,umum,2027-01-01,,siti(at)binjai\n")
    assert why(bring(connection, What.MEMBERS, wrong)) == [(2, "mail", Why.NOT_AN_ADDRESS)]
    right = written(tmp_path, f"{head}K-1,,Siti,umum,2027-01-01,,siti@binjai.example\n")
    assert bring(connection, What.MEMBERS, right).new == 1
    out = tmp_path / "out.csv"
    with out.open("wb") as opened:
        sheets.write(opened, mapping_for(What.MEMBERS, OWN, None), stored(connection, What.MEMBERS))
    assert "siti@binjai.example" in out.read_text("utf-8")
    again = bring(connection, What.MEMBERS, out)
    assert (again.same, why(again)) == (1, [])
    older = own_members(tmp_path, "K-1,,Siti Aminah,umum,2027-01-01,")
    assert (bring(connection, What.MEMBERS, older).changed) == 1
    assert connection.scalar(select(member.c.mail)) == "siti@binjai.example"


def test_titles_and_items_of_slims_come_together_in_either_order(
    connection: Connection, tmp_path: Path
) -> None:
    for text, format_ in ((SLIMS_ITEM, "slims"), (SLIMS_TITLE, "slims-biblio")):
        report = bring(connection, What.ITEMS, written(tmp_path, text), format_)
        assert why(report) == []
    rows = connection.execute(
        select(item.c.barcode, item.c.collection, item.c.state).order_by(item.c.barcode)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("B00001", "Reference", "withdrawn"),
        ("B00002", "circulating", "present"),
    ]
    (book,) = connection.execute(select(title)).all()
    assert (book.author, book.publisher, book.year) == (
        "Hirata, Andrea; Ahmad, B.",
        "Bentang",
        2005,
    )
    again = bring(connection, What.ITEMS, written(tmp_path, SLIMS_ITEM), "slims")
    assert (again.new, again.changed, again.same) == (0, 0, 1)


def test_members_of_inlislite_come_as_excel_saves_them(
    connection: Connection, tmp_path: Path
) -> None:
    file = written(tmp_path, INLISLITE.replace("Sitorus", "Renée"), "cp1252")
    mapping = mapping_for(What.MEMBERS, "inlislite", None)
    with pytest.raises(sheets.FileUnusable, match=r":2: not utf-8-sig: .* --encoding cp1252"):
        list(sheets.lines(file, mapping))
    assert load(connection, What.MEMBERS, sheets.lines(file, mapping, "cp1252"), mapping).new == 1
    row = connection.execute(select(member)).one()
    assert (row.number, row.name, row.expires) == ("1207", "Renée", date(2027, 12, 31))


def test_a_byte_order_mark_and_line_breaks_in_cells_do_no_harm(
    connection: Connection, tmp_path: Path
) -> None:
    file = own_members(tmp_path, 'K-1,,"Siti\nAminah",umum,2027-01-01,', "K-2,,Budi,umum,x,")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    report = bring(connection, What.MEMBERS, file)
    assert connection.scalar(select(member.c.name)) == "Siti Aminah"
    assert why(report) == [(4, "expires", Why.NOT_A_DATE)]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",,Siti,umum,2027-01-01,", "number", Why.EMPTY),
        ("K 1,,Siti,umum,2027-01-01,", "number", Why.NOT_AN_ID),
        ("K-1,,,umum,2027-01-01,", "name", Why.EMPTY),
        ("K-1,,Siti,umum,2027-02-30,", "expires", Why.NOT_A_DATE),
        ("K-1,,Siti,umum,,", "expires", Why.EMPTY),
        (f"K-1,,{'S' * 501},umum,2027-01-01,", "name", Why.TOO_LONG),
        ("K-1,0411223344AA80,Siti,umum,2027-01-01,", "card", Why.CARD_OF_ANOTHER),
        ('K-1,,"Siti "Aminah"",umum,2027-01-01,', "", Why.QUOTES),
        ("K-1,,Siti,umum", "", Why.CELLS),
        ("K-1,,Siti,umum,2027-01-01,,,more", "", Why.CELLS),
    ],
)
def test_a_line_that_cannot_be_used_is_told_with_its_place(
    connection: Connection, tmp_path: Path, row: str, field: str, reason: Why
) -> None:
    stock(connection)
    good = "K-2,,Budi,umum,2027-01-01,"
    report = bring(connection, What.MEMBERS, own_members(tmp_path, row, good))
    assert why(report) == [(2, field, reason)]
    assert report.new == 1


def test_an_isbn_is_no_items_number(connection: Connection, tmp_path: Path) -> None:
    file = written(tmp_path, "barcode,title,collection\n9789793062791,Laskar Pelangi,circulating\n")
    mapping = Mapping({name: name for name in ("barcode", "title", "collection")})
    report = load(connection, What.ITEMS, sheets.lines(file, mapping), mapping)
    assert why(report) == [(2, "barcode", Why.ISBN)]


def test_a_number_that_stood_before_is_refused_and_a_known_one_changed(
    connection: Connection, tmp_path: Path
) -> None:
    stock(connection)
    file = own_members(
        tmp_path,
        "kta-1,0411223344aa80,Siti Aminah,umum,2028-01-01,",
        "KTA-1,,Siti,umum,2028-01-01,",
        "KTA-2,,Budi,umum,2027-01-01,",
    )
    report = bring(connection, What.MEMBERS, file)
    assert (report.new, report.changed, report.same) == (0, 1, 1)
    assert why(report) == [(3, "", Why.TWICE)]
    row = connection.execute(select(member).where(member.c.number == "KTA-1")).one()
    assert (row.name, row.card) == ("Siti Aminah", "0411223344AA80")


def test_a_library_maps_its_own_columns_and_words(connection: Connection, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'dates = ["%d/%m/%Y"]\n[columns]\nnumber = "No"\nname = "Nama"\nkind = "Jenis"\n'
        'expires = "Sampai"\n[values.kind]\n"Siswa" = "pelajar"\n',
        encoding="utf-8",
    )
    file = written(tmp_path, "Nama,No,Sampai,Jenis\nSiti,7,30/06/2027,Siswa\n")
    assert bring(connection, What.MEMBERS, file, own=own).new == 1
    assert connection.scalar(select(member.c.kind)) == "pelajar"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[columns]\nshoe = "No"\n', "members have no shoe"),
        ('[columns]\nnumber = "No"\n[defaults]\nexpires = "soon"\n', "not-a-date"),
        ("[columns\n", "own.toml"),
    ],
)
def test_a_mapping_that_is_none_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match=complaint):
        mapping_for(What.MEMBERS, OWN, own)


def test_another_systems_file_is_not_taken_for_ours(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(sheets.FileUnusable, match="no column"):
        bring(connection, What.MEMBERS, written(tmp_path, INLISLITE), OWN)


def test_loan_rules_come_from_a_file(connection: Connection, tmp_path: Path) -> None:
    stock(connection)
    fields = ",".join(FIELDS[What.RULES])
    file = written(tmp_path, f"{fields}\numum,*,2,7,2,1,1,14\n*,*,1,7,0,0,0,0\nx,*,many,7,,,,\n")
    report = bring(connection, What.RULES, file)
    assert (report.new, report.changed) == (1, 1)
    assert why(report) == [(4, "item_limit", Why.NOT_A_COUNT)]
    rule = rulebook(connection, MEDAN).rule("umum", "film")
    assert rule is not None
    assert (rule.limit, rule.renewals, rule.barred_at_most) == (2, 2, 14)


def test_renaming_one_item_leaves_the_titles_other_copies(
    connection: Connection, tmp_path: Path
) -> None:
    stock(connection)
    mapping = Mapping({"barcode": "barcode", "title": "title"})
    file = written(tmp_path, "barcode,title\nB00001,Bumi Manusia\n")
    assert load(connection, What.ITEMS, sheets.lines(file, mapping), mapping).changed == 1
    names = {row["barcode"]: row["title"] for row in stored(connection, What.ITEMS)}
    assert (names["B00001"], names["B00002"]) == ("Bumi Manusia", "Laskar Pelangi")


def test_what_is_brought_in_is_found_as_it_is_called_now(
    connection: Connection, tmp_path: Path
) -> None:
    def told(*rows: str) -> None:
        heading = "barcode,title,author,publisher,year,call_number,collection,state"
        bring(connection, What.ITEMS, written(tmp_path, "\n".join([heading, *rows])))

    def found(words: str) -> list[str]:
        return [hit.title for hit in search.find(connection, Find(words)).hits]

    told("B1,Laskar Pelangi,Andrea Hirata,,,,umum,present", "B2,Bumi Manusia,,,,,umum,present")
    assert found("hirata") == ["Laskar Pelangi"]
    told("B1,Laskar Pelangi,A. Hirata,,,,umum,present", "B2,Bumi Manusia,,,,,umum,withdrawn")
    assert (found("andrea"), found("bumi")) == ([], [])
    told("B1,Sang Pemimpi,A. Hirata,,,,umum,present", "B2,Bumi Manusia,,,,,umum,present")
    assert (found("laskar"), found("hirata")) == ([], ["Sang Pemimpi"])
    assert found("bumi") == ["Bumi Manusia"]


def test_a_loan_of_a_stranger_finds_its_member(connection: Connection, tmp_path: Path) -> None:
    stock(connection)
    intake().digest(connection, [heard(entry(1, lent(STRANGER)))], NOON)
    assert connection.scalars(select(task.c.kind)).all() == ["unknown-card"]
    file = own_members(tmp_path, "K-7,04AABBCCDDEEFF,Siti,umum,2027-01-01,")
    assert bring(connection, What.MEMBERS, file).new == 1
    assert connection.scalar(select(loan.c.member)) == "K-7"
    assert connection.scalars(select(task.c.kind)).all() == []


@pytest.mark.parametrize("what", What)
def test_what_is_written_out_comes_in_as_the_same(
    connection: Connection, tmp_path: Path, what: What
) -> None:
    stock(connection)
    file = tmp_path / "out.csv"
    rows = list(stored(connection, what))
    with file.open("wb") as opened:
        sheets.write(opened, mapping_for(what, OWN, None), rows)
    report = bring(connection, what, file)
    assert (report.new, report.changed, report.same) == (0, 0, len(rows))
    assert report.refused == []


def test_items_come_and_go_as_marc(connection: Connection, tmp_path: Path) -> None:
    stock(connection)
    file = tmp_path / "out.mrc"
    with file.open("wb") as opened:
        marc.write(opened, stored(connection, What.ITEMS))
    for table in (item, title):
        connection.execute(table.delete())
    mapping = mapping_for(What.ITEMS, OWN, None)
    report = load(connection, What.ITEMS, marc.lines(file), mapping)
    assert (report.new, why(report)) == (7, [])
    (book,) = connection.execute(select(title)).all()
    assert (book.title, book.author, book.year) == ("Laskar Pelangi", "Andrea Hirata", 2005)
    assert book.call_number == "899.221 3 HIR l"


def test_marc_of_another_system_loses_its_punctuation_and_nothing_else(tmp_path: Path) -> None:
    def field(tag: str, **subfields: str) -> Field:
        told = [Subfield(code.removeprefix("_"), text) for code, text in subfields.items()]
        return Field(tag, Indicators(" ", " "), told)

    known = Record(
        leader="00000nam a2200000 a 4500",
        fields=[
            field("100", a="Toer, Pramoedya Ananta,"),
            field("245", a="Bumi manusia :", b="sebuah novel /", c="Pramoedya"),
            field("264", a="Jakarta :", b="Hasta Mitra,", c="[1980]"),
            field("082", a="899.221"),
            field("876", p="B7"),
            field("952", p="B8", _8="REF", o="R 899"),
        ],
    )
    bare = Record(leader="00000nam a2200000 a 4500", fields=[field("245", a="Tanpa eksemplar")])
    file = tmp_path / "in.mrc"
    file.write_bytes(known.as_marc() + bare.as_marc() + b"00042rubbish")
    first, second, without, spoilt = marc.lines(file)
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert first.cells["title"] == "Bumi manusia : sebuah novel"
    assert first.cells["author"] == "Toer, Pramoedya Ananta"
    assert first.cells["publisher"] == "Hasta Mitra"
    found = usable(What.ITEMS, first, ())
    assert isinstance(found, Usable)
    assert (found.values["year"], found.values["call_number"]) == (1980, "899.221")
    assert (second.cells["collection"], second.cells["call_number"]) == ("REF", "R 899")
    assert without == Refused(2, "barcode", Why.NO_BARCODE)
    assert spoilt == Refused(3, "", Why.NO_RECORD)


def test_every_known_format_can_be_read() -> None:
    assert known_formats(What.ITEMS) == [OWN, "inlislite", "slims", "slims-biblio"]
    assert known_formats(What.MEMBERS) == [OWN, "inlislite", "slims"]
    for what in What:
        for format_ in known_formats(what):
            assert mapping_for(what, format_, None).columns


@given(st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=5), st.binary(max_size=40))
def test_no_file_is_worse_than_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], noise: bytes
) -> None:
    file = tmp_path_factory.mktemp("files") / "file.csv"
    with file.open("w", encoding="utf-8", errors="replace", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(FIELDS[What.MEMBERS])
        writer.writerows(rows)
    file.write_bytes(file.read_bytes() + noise)
    for one in sheets.lines(file, mapping_for(What.MEMBERS, OWN, None), "latin-1"):
        if isinstance(one, Line):
            assert isinstance(usable(What.MEMBERS, one, ("%Y-%m-%d",)), Usable | Refused)
    assert all(isinstance(one, Line | Refused) for one in marc.lines(file))
