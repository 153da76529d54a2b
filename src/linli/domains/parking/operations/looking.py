"""A driver without an account finds his stay: by the code at the lane, or by his plate, seldom."""

import threading
from datetime import datetime

from django.db import transaction

from linli.domains.parking.models import Stay
from linli.domains.parking.operations import owning, paying, staying
from linli.domains.parking.queries import pricing, stays
from linli.foundation.money.models import Order
from linli.kernel.checks import check
from linli.kernel.fault import Fault

token = staying.token
_WINDOW_S = 600
_MOST_OF_ADDRESS = 20
_MOST_OF_PLATE = 12
_MOST_KEYS = 20_000


class TooManyLooks(Fault):
    """Whoever pays asks a few times; whoever follows somebody asks often."""

    key = "parking.too_many_looks"
    status = 429


class Looks:
    """How often each address and each plate was looked up in the ten minutes that run; of this
    process. Used by many threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, *, of: str, most: int, at_s: float) -> None:
        """Count a look. Those beyond a number share one count.

        :raises TooManyLooks: if there were too many
        """
        window = int(at_s // _WINDOW_S)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            known = of in self._counts or len(self._counts) < _MOST_KEYS
            name = of if known else ""
            self._counts[name] = count = self._counts.get(name, 0) + 1
        if count > most:
            raise TooManyLooks(seconds=int((window + 1) * _WINDOW_S - at_s) + 1)


looks = Looks()


def find(*, community: str, lot: str, plate: str, address: str, now: datetime) -> Stay:
    """Return the stay of a plate that anybody may pay for.

    :raises TooManyLooks: if this address, or this plate, was asked for too often
    :raises NothingFound: if there is none that anybody may find, or nothing is owed
    """
    at_s = now.timestamp()
    looks.take(of=f"address:{address}", most=_MOST_OF_ADDRESS, at_s=at_s)
    value = check("plate", plate).value
    looks.take(of=f"plate:{community}:{value}", most=_MOST_OF_PLATE, at_s=at_s)
    row = owning.find(community=community, lot=lot, plate=value, now=now)
    if pricing.due(stay=row, now=now).due_fen <= 0:
        raise owning.NothingFound
    return row


@transaction.atomic
def order_by_plate(*, community: str, lot: str, plate: str, address: str, now: datetime) -> Order:
    """Ask for what a car that is in owes. An order that somebody is just paying stays as it is,
    whoever asks.

    :raises TooManyLooks, NothingFound: as `find`
    """
    row = find(community=community, lot=lot, plate=plate, address=address, now=now)
    return paying.asked(stay=row, now=now) or paying.ask(stay=row, now=now)


def by_token(*, community: str, token: str) -> Stay:
    """Return the stay that a token opens.

    :raises StayNotFound: if it opens none, or not any more
    """
    return stays.stay(community=community, id=staying.of_token(token))


@transaction.atomic
def order_by_token(*, community: str, token: str, now: datetime) -> Order:
    """Ask for what the stay of a token owes.

    :raises StayNotFound: if it opens none
    :raises NothingDue: if nothing is left to pay
    """
    row = stays.stay(community=community, id=staying.of_token(token), lock=True)
    return paying.ask(stay=row, now=now)
