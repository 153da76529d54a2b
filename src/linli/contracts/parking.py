"""What the rest of the system may know of parking. No plate is in a fact, and nobody's name.

`place` is where the lot lies (of a wish, the home), so that a desk of that place hears of it; empty
where a lot lies nowhere in particular.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from linli.contracts.changes import Change
from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class LaneDecided(Event, frozen=True, kw_only=True):
    """A car stood at a lane, and the arm rose or did not. `late`: the camera told it afterwards:
    `passed_at` is when the car stood there; it is None of one told at once, and in older facts.
    `visit`: it came in, or goes, as the car of this visit's guest.
    """

    sighting: int
    lane: str
    lot: str
    direction: str
    opened: bool
    reason: str
    stay: int | None = None
    late: bool = False
    visit: int | None = None
    place: str = ""
    passed_at: datetime | None = None


class CarFollowed(Event, frozen=True, kw_only=True):
    """A second car drove through while the arm was up for another. `stay` is what was begun or
    ended by it; `settled`: nobody needs to look at it, for it might have passed anyway. `passed_at`
    is when it did, of one told afterwards (`late`); None of others, and in older facts.
    """

    sighting: int
    lane: str
    lot: str
    direction: str
    stay: int | None
    settled: bool
    late: bool = False
    place: str = ""
    passed_at: datetime | None = None


class LaneOpenedByHand(Event, frozen=True, kw_only=True):
    """Somebody (`by`) had the arm of a lane raised, and said why."""

    lane: str
    reason: str
    stay: int | None
    by: int
    place: str = ""


class StayMended(Event, frozen=True, kw_only=True):
    """Somebody (`by`) put right what cameras missed: entry, exit, plate, bay, void, let_off
    (`step`).
    """

    stay: int
    step: str
    reason: str
    by: int
    place: str = ""


class StayPaid(Event, frozen=True, kw_only=True):
    """So much was paid for a stay; it may leave until `leave_by` (epoch seconds)."""

    stay: int
    order: int
    fen: int
    way: str
    leave_by: float
    place: str = ""


class PermitMoved(Event, frozen=True, kw_only=True):
    """A monthly permit was given, renewed, shortened (its months were given back), changed or
    ended; `by` is None where money did it.
    """

    permit: int
    step: str
    by: int | None
    place: str = ""


class PlateWishMoved(Event, frozen=True, kw_only=True):
    """A household wishes something for a car (`kind`: car, plate, permit), or what became of it
    (`step`): asked, agreed, refused, withdrawn. `place` is its home, `told` hear the answer.
    """

    wish: int
    kind: str
    step: str
    place: str
    told: tuple[int, ...]
    by: int | None


class CarListed(Event, frozen=True, kw_only=True):
    """A car came onto the black or white list, or off it (`ended`)."""

    listed: int
    colour: str
    ended: bool
    by: int


class LotSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said how a lot, a lane, a place, a booth or a zone (`what`) is to be kept,
    with whom else, where that was asked. `changes` is what of a lot became otherwise; none of the
    others, nor in older facts.
    """

    what: str
    code: str
    by: int
    place: str = ""
    changes: tuple[Change, ...] = ()
    approved_by: int | None = None


class BoothShiftMoved(Event, frozen=True, kw_only=True):
    """A clerk sits in a booth (`signed_on`), another took his place (`relieved`), he counted his
    cash (`handed_over`), another counted it in his absence (`counted_for`), or somebody took it
    from him (`received`). Nobody ended it in time: `ran_out`, `by` nobody. `cash_fen` is what the
    ledger has that he took, `handed_fen` what was counted.
    """

    shift: int
    booth: str
    step: str
    by: int | None
    cash_fen: int = 0
    handed_fen: int | None = None
    place: str = ""


class BookingMoved(Event, frozen=True, kw_only=True):
    """A place was booked, or the booking withdrawn (`step`)."""

    booking: int
    lot: str
    step: str
    by: int
    place: str = ""


class CarMisparked(Event, frozen=True, kw_only=True):
    """A car stands where it must not; `told` counts the telephones that were told so."""

    misparked: int
    zone: str
    place: str
    urgent: bool
    told: int


class MisparkedMoved(Event, frozen=True, kw_only=True):
    """What became of it: somebody could be told after all (`told`), a guard read the plate that its
    camera doubted (`confirmed`), it is about to be moved (`coming`), it is `gone`, a tow was called
    (`towed`), or it still stands and a case was opened (`case`).
    """

    misparked: int
    zone: str
    place: str
    step: str
    by: int | None = None


class GuestLot(msgspec.Struct, frozen=True, kw_only=True):
    """A lot into which a guest may drive, and what it charges: nothing where there are no `rules`.
    Its code opens the page on which a driver pays.
    """

    code: str
    name: Words
    rules: tuple[Words, ...]


class GuestStay(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's car that is in a lot, or went out of it (`inside` is false) and still owes: what it
    owes now, and until when it may leave once that is paid. `exits` are the lanes by which it
    leaves. `token` opens the page of this stay, with the fee line by line.
    """

    lot: str
    inside: bool = True
    exits: tuple[Words, ...] = ()
    due_fen: int
    paid_fen: int
    leave_by: datetime | None
    token: str


class GuestCar(msgspec.Struct, frozen=True, kw_only=True):
    """What the driver of a guest's car is told: where he may stand, and where he stands now."""

    lots: tuple[GuestLot, ...]
    stay: GuestStay | None


guest_car: Port[[str, int, datetime], GuestCar] = Port("parking.guest_car")
"""Asked with a community, a visit and the time. A car that came in by another right than this
visit's (a resident's, a permit) is told nothing of. That the visit is over changes nothing.
"""

lane_names: Port[[str, Collection[str]], Mapping[str, Words]] = Port("parking.lane_names")
"""Asked with a community and codes: what those of them are called that are lanes."""
