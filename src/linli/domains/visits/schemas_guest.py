"""What a guest sees at his own address."""

from datetime import datetime, time

from ninja import Schema

from linli.domains.visits.schemas import DoorOnWay
from linli.foundation.shapes import TwoLanguages


class GuestCodeOut(Schema):
    """The QR code of a half minute: its text, and its picture."""

    token: str
    qr: str
    since: datetime
    until: datetime


class GuestLotOut(Schema):
    """A lot into which a guest may drive, and what it charges: nothing where there are no `rules`.
    `/pay/{community}/{code}` is the page on which a driver pays.
    """

    code: str
    name: TwoLanguages
    rules: list[TwoLanguages]


class GuestStayOut(Schema):
    """A guest's car that is in, or went out (`inside` is false) and still owes: what it owes now,
    and until when it may leave once that is paid. `exits` are the lanes by which it leaves.
    `/pay/{community}/{token}` shows why, line by line, and takes the money.
    """

    lot: str
    inside: bool
    exits: list[TwoLanguages]
    due_fen: int
    paid_fen: int
    leave_by: datetime | None
    token: str


class GuestCarOut(Schema):
    """Where a guest may park, and at what price; `stay` while his car is in: `lots` is then the one
    in which it stands.
    """

    lots: list[GuestLotOut]
    stay: GuestStayOut | None


class GuestPassOut(Schema):
    """What a guest sees at his own address. `token` is the text of his QR code, `qr` its picture
    (an address that holds it); both are empty where he may not come now. `codes` are this one and
    those ahead, each good in its half minute by our clock, which says `now`. `digits` are for
    keypads, if he has any. `address_qr` is a picture of this address itself, to be taken along by
    another telephone. `host` is only the home; `car` is None of a guest without a plate. `phone` is
    the number of the duty room (E.164), if one is entered.

    Once the visit is over (`stands` is `over`) there is this page only while the guest's car is in,
    or something is owed for it: `car`, and beside it the estate and its `phone`, `since`, `until`
    and `plate`; of all else nothing.
    """

    community: str
    estate: TwoLanguages
    phone: str
    host: TwoLanguages
    kind: str
    kind_name: TwoLanguages
    stands: str
    since: datetime
    until: datetime
    days: str
    starts: time | None
    ends: time | None
    uses: int
    used: int
    plate: str
    car: GuestCarOut | None
    doors: list[DoorOnWay]
    token: str
    qr: str
    codes: list[GuestCodeOut]
    digits: str
    now: datetime
    address_qr: str
    renew_s: int
