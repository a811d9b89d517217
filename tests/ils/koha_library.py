"""One Koha, by REST and by SIP2, on one ledger."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from broker.vocabulary import Secret
from server.ils.koha.library import KohaLibrary
from server.ils.koha.rest import Rest, RestAddress
from tests.ils.cases import JAKARTA, NOW, opened
from tests.ils.koha_rest import CLIENT, SECRET, KohaRest
from tests.ils.ledger import Ledger, small_library
from tests.ils.server import IlsServer
from tests.ils.wild import Koha


@contextmanager
def koha(
    *, oauth: bool = True, answer_within: float = 5.0
) -> Iterator[tuple[KohaLibrary, Ledger, KohaRest]]:
    ledger = small_library()
    rest, sip2 = KohaRest(ledger), IlsServer(Koha(ledger))
    address = RestAddress(
        rest.url, CLIENT, Secret(SECRET), oauth=oauth, answer_within=answer_within
    )
    returns = opened(sip2.port, Koha.profile)
    yield KohaLibrary(Rest(address, time.monotonic), returns, JAKARTA, lambda: NOW), ledger, rest
    returns.close()
    rest.close()
    sip2.close()
