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


class GuestPassOut(Schema):
    """What a guest sees at his own address. `token` is the text of his QR code, `qr` its picture
    (an address that holds it); both are empty where he may not come now. `codes` are this one and
    those ahead, each good in its half minute by our clock, which says `now`. `digits` are for
    keypads, if he has any. `address_qr` is a picture of this address itself, to be taken along by
    another telephone. `host` is only the home.
    """

    estate: TwoLanguages
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
    doors: list[DoorOnWay]
    token: str
    qr: str
    codes: list[GuestCodeOut]
    digits: str
    now: datetime
    address_qr: str
    renew_s: int
