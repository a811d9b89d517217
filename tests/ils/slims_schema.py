"""SLiMS 9's tables as its installer makes them, as far as a loan or a search touches them.

Columns, types and keys are those of slims/slims9_bulian: install/tables.php (commit 0fdb39d), the
engine is that of install/senayan.sql (commit 024b1fe), the triggers are those of
install/Upgrade.inc.php; the newest versions have none (circulation_base_lib.inc.php, 062d3d0).
"""

from sqlalchemy import Connection, text

TABLES = {
    "member": "member_id varchar(20) NOT NULL, member_name varchar(100) NOT NULL,"
    " member_type_id int(6), expire_date date NOT NULL, is_pending smallint(1) NOT NULL DEFAULT 0,"
    " member_email varchar(100), pin varchar(50), mpasswd varchar(64), last_update date,"
    " PRIMARY KEY (member_id)",
    "mst_member_type": "member_type_id int(11) NOT NULL AUTO_INCREMENT,"
    " member_type_name varchar(50) NOT NULL, loan_limit int(11) NOT NULL,"
    " loan_periode int(11) NOT NULL, enable_reserve int(1) NOT NULL DEFAULT 0,"
    " reserve_limit int(11) NOT NULL DEFAULT 0, member_periode int(11) NOT NULL,"
    " reborrow_limit int(11) NOT NULL, fine_each_day int(11) NOT NULL,"
    " grace_periode int(2) DEFAULT 0, input_date date NOT NULL, PRIMARY KEY (member_type_id)",
    "mst_loan_rules": "loan_rules_id int(11) NOT NULL AUTO_INCREMENT,"
    " member_type_id int(11) NOT NULL DEFAULT 0, coll_type_id int(11) DEFAULT 0,"
    " gmd_id int(11) DEFAULT 0, loan_limit int(3) DEFAULT 0, loan_periode int(3) DEFAULT 0,"
    " reborrow_limit int(3) DEFAULT 0, fine_each_day int(3) DEFAULT 0,"
    " grace_periode int(2) DEFAULT 0, PRIMARY KEY (loan_rules_id)",
    "item": "item_id int(11) NOT NULL AUTO_INCREMENT, biblio_id int(11), call_number varchar(50),"
    " coll_type_id int(3), item_code varchar(20), location_id varchar(3),"
    " item_status_id char(3), PRIMARY KEY (item_id), UNIQUE KEY item_code (item_code),"
    " KEY biblio_id_idx (biblio_id)",
    "biblio": "biblio_id int(11) NOT NULL AUTO_INCREMENT, gmd_id int(3), title text NOT NULL,"
    " series_title varchar(200), call_number varchar(50), language_id char(5) DEFAULT 'en',"
    " classification varchar(40), notes text, opac_hide smallint(1) DEFAULT 0,"
    " promoted smallint(1) DEFAULT 0, PRIMARY KEY (biblio_id),"
    " KEY biblio_flag_idx (opac_hide, promoted),"
    " FULLTEXT KEY title_ft_idx (title, series_title), FULLTEXT KEY notes_ft_idx (notes)",
    "biblio_author": "biblio_id int(11) NOT NULL DEFAULT 0, author_id int(11) NOT NULL DEFAULT 0,"
    " level int(1) NOT NULL DEFAULT 1, PRIMARY KEY (biblio_id, author_id)",
    "mst_author": "author_id int(11) NOT NULL AUTO_INCREMENT, author_name varchar(100) NOT NULL,"
    " authority_type enum('p','o','c') DEFAULT 'p', PRIMARY KEY (author_id),"
    " UNIQUE KEY author_name (author_name, authority_type)",
    "mst_item_status": "item_status_id char(3) NOT NULL, item_status_name varchar(30) NOT NULL,"
    " rules varchar(255), no_loan smallint(1) NOT NULL DEFAULT 0, PRIMARY KEY (item_status_id)",
    "mst_location": "location_id varchar(3) NOT NULL, location_name varchar(100),"
    " PRIMARY KEY (location_id)",
    "mst_gmd": "gmd_id int(11) NOT NULL AUTO_INCREMENT, gmd_name varchar(30) NOT NULL,"
    " PRIMARY KEY (gmd_id)",
    "mst_language": "language_id char(5) NOT NULL, language_name varchar(20) NOT NULL,"
    " PRIMARY KEY (language_id)",
    "mst_coll_type": "coll_type_id int(3) NOT NULL AUTO_INCREMENT,"
    " coll_type_name varchar(30) NOT NULL, PRIMARY KEY (coll_type_id)",
    "loan": "loan_id int(11) NOT NULL AUTO_INCREMENT, item_code varchar(20), member_id varchar(20),"
    " loan_date date NOT NULL, due_date date NOT NULL, renewed int(11) NOT NULL DEFAULT 0,"
    " loan_rules_id int(11) NOT NULL DEFAULT 0, actual date, is_lent int(11) NOT NULL DEFAULT 0,"
    " is_return int(11) NOT NULL DEFAULT 0, return_date date, input_date datetime,"
    " last_update datetime, uid int(11), PRIMARY KEY (loan_id), KEY item_code (item_code),"
    " KEY member_id (member_id)",
    "loan_history": "loan_id int(11) NOT NULL, item_code varchar(20), biblio_id int(11) NOT NULL,"
    " title varchar(300), call_number varchar(50), classification varchar(40),"
    " gmd_name varchar(30), language_name varchar(20), location_name varchar(100),"
    " collection_type_name varchar(100), member_id varchar(20), member_name varchar(100),"
    " member_type_name varchar(64), loan_date date, due_date date,"
    " renewed int(11) NOT NULL DEFAULT 0, is_lent int(11) NOT NULL DEFAULT 0,"
    " is_return int(11) NOT NULL DEFAULT 0, return_date date, input_date datetime,"
    " last_update datetime, PRIMARY KEY (loan_id)",
    "reserve": "reserve_id int(11) NOT NULL AUTO_INCREMENT, member_id varchar(20) NOT NULL,"
    " biblio_id int(11) NOT NULL, item_code varchar(20) NOT NULL, reserve_date datetime NOT NULL,"
    " PRIMARY KEY (reserve_id), KEY item_code_idx (item_code)",
    "fines": "fines_id int(11) NOT NULL AUTO_INCREMENT, fines_date date NOT NULL,"
    " member_id varchar(20) NOT NULL, debet int(11) DEFAULT 0, credit int(11) DEFAULT 0,"
    " description varchar(255), PRIMARY KEY (fines_id)",
    "holiday": "holiday_id int(11) NOT NULL AUTO_INCREMENT, holiday_dayname varchar(20) NOT NULL,"
    " holiday_date date, description varchar(100), PRIMARY KEY (holiday_id)",
    "setting": "setting_id int(3) NOT NULL AUTO_INCREMENT, setting_name varchar(30) NOT NULL,"
    " setting_value text, PRIMARY KEY (setting_id)",
}
# Of the three that older versions have, as far as they matter: what a new loan's history is for.
INSERTED = (
    "CREATE TRIGGER insert_loan_history AFTER INSERT ON loan FOR EACH ROW INSERT INTO loan_history"
    " SET loan_id=NEW.loan_id, item_code=NEW.item_code, member_id=NEW.member_id,"
    " loan_date=NEW.loan_date, due_date=NEW.due_date, renewed=NEW.renewed, is_lent=NEW.is_lent,"
    " is_return=NEW.is_return, return_date=NEW.return_date, input_date=NEW.input_date,"
    " last_update=NEW.last_update,"
    " title=(SELECT b.title FROM biblio b JOIN item i ON i.biblio_id=b.biblio_id"
    " WHERE i.item_code=NEW.item_code),"
    " biblio_id=(SELECT i.biblio_id FROM item i WHERE i.item_code=NEW.item_code)"
)
UPDATED = (
    "CREATE TRIGGER update_loan_history AFTER UPDATE ON loan FOR EACH ROW UPDATE loan_history"
    " SET is_lent=NEW.is_lent, is_return=NEW.is_return, renewed=NEW.renewed,"
    " return_date=NEW.return_date WHERE loan_id=NEW.loan_id"
)
DELETED = (
    "CREATE TRIGGER delete_loan_history AFTER DELETE ON loan FOR EACH ROW"
    " DELETE FROM loan_history WHERE loan_id=OLD.loan_id"
)


def install(connection: Connection, *, engine: str = "MyISAM", triggers: bool = False) -> None:
    """An empty SLiMS with the item states it comes with."""
    kind = f"ENGINE={engine} DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci"
    for name, columns in TABLES.items():
        connection.execute(text(f"CREATE TABLE {name} ({columns}) {kind}"))
    for statement in (INSERTED, UPDATED, DELETED) if triggers else ():
        connection.execute(text(statement))
    for status, name, no_loan in (("R", "Repair", 1), ("NL", "No Loan", 1), ("MIS", "Missing", 1)):
        connection.execute(
            text("INSERT INTO mst_item_status VALUES (:status, :name, NULL, :no_loan)"),
            {"status": status, "name": name, "no_loan": no_loan},
        )
