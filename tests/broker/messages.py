"""Any message of the contract, drawn at random."""

from datetime import date

from hypothesis import strategies as st

from broker import facts, receipts, requests, shelves, telemetry
from broker.vocabulary import (
    ERASED,
    ActId,
    Anchor,
    BootClock,
    ClockState,
    DeviceId,
    ItemId,
    Moment,
    PatronId,
    Reason,
    Refusal,
    SealedPatron,
    SealedSecret,
    Secret,
    SiteId,
    TimeSource,
)

identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", fullmatch=True)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
# A lone surrogate is no Unicode text and has no bytes.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(-(2**63), 2**63 - 1)
flags = st.booleans()
days = st.dates()

items = st.builds(ItemId, identifiers)
patrons = st.builds(PatronId, identifiers)
sealed = st.builds(SealedPatron, st.from_regex(r"sealed:[A-Za-z0-9_-]{150}", fullmatch=True))
on_the_wire = sealed | st.just(ERASED)
secrets = st.builds(Secret, st.from_regex(r"[^\x00-\x1f\x7f]{1,64}", fullmatch=True))
sealed_secrets = st.builds(
    SealedSecret, st.text("ABCabc019_-", min_size=406, max_size=406).map("secret:{}".format)
)
pins = st.none() | sealed_secrets
acts = st.builds(ActId, identifiers)
sites = st.builds(SiteId, names)
devices = st.builds(DeviceId, names)
reasons = st.sampled_from(Reason)
refusals = st.builds(Refusal, reasons)

shelf_names = st.from_regex(r"[A-Za-z0-9é][A-Za-z0-9é .-]{0,46}[0-9é]", fullmatch=True)
marks = st.sampled_from(facts.Mark)
some_marks = st.lists(marks, max_size=3).map(tuple)
any_fact: st.SearchStrategy[facts.Fact] = st.one_of(
    st.builds(facts.ItemLent, items, on_the_wire, days, flags),
    st.builds(facts.LoanAbandoned, items, on_the_wire, reasons, flags),
    st.builds(facts.LoanUnconfirmed, items, on_the_wire, days),
    st.builds(facts.LoanRenewed, items, on_the_wire, days),
    st.builds(facts.ItemReturned, items, flags),
    st.builds(facts.UnknownItemDropped, texts),
    st.builds(
        facts.FeedbackGiven,
        st.sampled_from(facts.Rating),
        st.none() | st.sampled_from(facts.Topic),
        texts,
    ),
    st.builds(facts.StaffCalled, texts),
    st.builds(
        facts.ShelfWalked,
        *(acts, shelf_names, st.just(2), st.integers(2, 999)),
        st.lists(st.builds(facts.MarkCount, marks, counts), max_size=3).map(tuple),
        st.lists(st.builds(facts.Marked, items, some_marks, st.none() | items), max_size=3).map(
            tuple
        ),
    ),
)
bounds = st.floats(0, allow_nan=False, allow_infinity=False)
moments = st.builds(Moment, texts, numbers, numbers, st.sampled_from(ClockState), bounds)
entries = st.builds(
    facts.Entry, acts, sites, devices, texts, st.integers(1, 2**63 - 1), moments, any_fact
)
receipt_lines = st.builds(
    receipts.ReceiptLine,
    items,
    st.sampled_from(receipts.Transaction),
    st.none() | days,
    flags,
)
any_question: st.SearchStrategy[requests.Question] = st.one_of(
    st.builds(requests.Identify, on_the_wire, pins),
    st.builds(requests.AccountOf, on_the_wire, pins),
    st.builds(requests.Describe, items),
    st.builds(requests.Lend, acts, items, on_the_wire),
    st.builds(requests.Renew, acts, items, on_the_wire),
    st.builds(requests.Find, texts.filter(bool), st.integers(0, 9_999)),
    st.builds(
        receipts.SendReceipt,
        acts,
        on_the_wire,
        st.sampled_from(["id", "en"]),
        st.lists(receipt_lines, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(shelves.ListShelves, st.integers(0, 9_999)),
    st.builds(shelves.ListShelf, shelf_names, st.none() | items),
)
asks = st.builds(requests.Ask, texts, numbers, any_question)
borrowed = st.builds(requests.Borrowed, items, texts, days, flags, st.none() | reasons)
waiting = st.builds(requests.Waiting, texts, counts, st.none() | days)
sizes = st.builds(shelves.ShelfSize, shelf_names, counts)
listed = st.builds(shelves.Listed, items, texts, texts, st.sampled_from(shelves.Whereabouts))
hits = st.builds(requests.Hit, texts, texts, texts, counts, counts, st.none() | days)
any_answer: st.SearchStrategy[requests.Answer] = st.one_of(
    st.builds(requests.Standing, counts, counts, counts, flags),
    st.builds(
        requests.Account,
        st.lists(borrowed, max_size=2).map(tuple),
        st.lists(waiting, max_size=2).map(tuple),
        counts,
        texts,
        st.none() | reasons,
        flags,
    ),
    st.builds(receipts.ReceiptSent, acts),
    st.builds(requests.Description, items, texts, texts, flags),
    st.builds(requests.Found, counts, st.lists(hits, max_size=2).map(tuple)),
    st.builds(shelves.Shelves, counts, st.lists(sizes, max_size=2).map(tuple)),
    st.builds(shelves.ShelfList, counts, st.lists(listed, max_size=2).map(tuple)),
    st.builds(requests.Grant, acts, days),
    refusals,
    st.just(requests.Expired()),
)
replies = st.builds(requests.Reply, texts, numbers, any_answer)

extents = st.builds(telemetry.Extent, counts, counts, counts)
anchors = st.lists(
    st.builds(Anchor, numbers, numbers, st.sampled_from(TimeSource), bounds), max_size=2
).map(tuple)
births = st.builds(
    telemetry.Birth,
    sites,
    devices,
    st.sampled_from(telemetry.Kind),
    *(texts, texts, texts, numbers),
    ledger=st.none() | extents,
    boots=st.lists(st.builds(BootClock, counts, texts, numbers, anchors), max_size=3).map(tuple),
)
components = st.builds(
    telemetry.Component, texts, st.sampled_from(telemetry.Health), texts, numbers
)
states = st.builds(
    telemetry.State,
    boot=texts,
    at=numbers,
    mode=st.sampled_from(telemetry.Mode),
    mode_since=numbers,
    reason=texts,
    components=st.lists(components, max_size=3).map(tuple),
    unsent=counts,
    oldest_unsent=st.none() | numbers,
    ignored=counts,
    monotonic=numbers,
    anchors=anchors,
)
policies = st.builds(
    telemetry.OfflinePolicy,
    counts,
    counts,
    counts,
    texts,
    st.lists(counts, max_size=3).map(tuple),
    st.lists(st.dates(date(2000, 1, 1), date(2100, 1, 1)), max_size=3).map(tuple),
)
desired = st.builds(
    telemetry.SettingsDesired, counts, flags, texts, policies, st.sampled_from(telemetry.PinAsked)
)
reported = st.builds(telemetry.SettingsReported, counts, texts)
acknowledgements = st.builds(
    facts.Acknowledgement,
    texts,
    counts,
    counts,
    flags,
    numbers,
    st.lists(st.builds(facts.Kept, counts, texts), max_size=2).map(tuple),
)
snapshots = st.one_of(births, states, desired, reported, acknowledgements)
