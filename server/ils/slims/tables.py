"""The columns of SLiMS 9 that are used, and no others (install/tables.php, commit 0fdb39d).

A database that lacks one of them is another version, and is refused by name.
"""

from typing import Final

from sqlalchemy import Column, Date, DateTime, Integer, MetaData, String, Table

METADATA: Final = MetaData()
# Those of a search: without them it can still be lent by.
SEARCHED: Final = MetaData()


def _table(name: str, **columns: type[Integer | String | Date | DateTime]) -> Table:
    return Table(name, METADATA, *(Column(key, kind) for key, kind in columns.items()))


def _searched(name: str, **columns: type[Integer | String | Date | DateTime]) -> Table:
    return Table(name, SEARCHED, *(Column(key, kind) for key, kind in columns.items()))


member: Final = _table(
    "member",
    member_id=String,
    member_name=String,
    member_type_id=Integer,
    expire_date=Date,
    is_pending=Integer,
    mpasswd=String,
    member_email=String,
)
member_type: Final = _table(
    "mst_member_type",
    member_type_id=Integer,
    member_type_name=String,
    loan_limit=Integer,
    loan_periode=Integer,
    reborrow_limit=Integer,
    fine_each_day=Integer,
    grace_periode=Integer,
)
loan_rules: Final = _table(
    "mst_loan_rules",
    loan_rules_id=Integer,
    member_type_id=Integer,
    coll_type_id=Integer,
    gmd_id=Integer,
    loan_limit=Integer,
    loan_periode=Integer,
    reborrow_limit=Integer,
    fine_each_day=Integer,
    grace_periode=Integer,
)
item: Final = _table(
    "item",
    item_code=String,
    biblio_id=Integer,
    call_number=String,
    coll_type_id=Integer,
    location_id=String,
    item_status_id=String,
)
biblio: Final = _table(
    "biblio",
    biblio_id=Integer,
    title=String,
    gmd_id=Integer,
    call_number=String,
    classification=String,
    language_id=String,
)
item_status: Final = _table("mst_item_status", item_status_id=String, no_loan=Integer)
location: Final = _table("mst_location", location_id=String, location_name=String)
gmd: Final = _table("mst_gmd", gmd_id=Integer, gmd_name=String)
language: Final = _table("mst_language", language_id=String, language_name=String)
coll_type: Final = _table("mst_coll_type", coll_type_id=Integer, coll_type_name=String)
loan: Final = _table(
    "loan",
    loan_id=Integer,
    item_code=String,
    member_id=String,
    loan_date=Date,
    due_date=Date,
    renewed=Integer,
    loan_rules_id=Integer,
    is_lent=Integer,
    is_return=Integer,
    return_date=Date,
    input_date=DateTime,
    last_update=DateTime,
    uid=Integer,
)
loan_history: Final = _table(
    "loan_history",
    loan_id=Integer,
    item_code=String,
    biblio_id=Integer,
    title=String,
    call_number=String,
    classification=String,
    gmd_name=String,
    language_name=String,
    location_name=String,
    collection_type_name=String,
    member_id=String,
    member_name=String,
    member_type_name=String,
    loan_date=Date,
    due_date=Date,
    renewed=Integer,
    is_lent=Integer,
    is_return=Integer,
    return_date=Date,
    input_date=DateTime,
    last_update=DateTime,
)
reserve: Final = _table(
    "reserve", reserve_id=Integer, member_id=String, item_code=String, reserve_date=DateTime
)
fines: Final = _table(
    "fines",
    fines_date=Date,
    member_id=String,
    debet=Integer,
    credit=Integer,
    description=String,
)
holiday: Final = _table("holiday", holiday_dayname=String, holiday_date=Date)
setting: Final = _table("setting", setting_name=String, setting_value=String)

searched: Final = _searched("biblio", biblio_id=Integer, title=String, opac_hide=Integer)
biblio_author: Final = _searched(
    "biblio_author", biblio_id=Integer, author_id=Integer, level=Integer
)
author: Final = _searched("mst_author", author_id=Integer, author_name=String)

WRITTEN: Final = ("loan", "loan_history", "reserve", "fines")
