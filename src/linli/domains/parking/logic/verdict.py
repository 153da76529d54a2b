"""May this car in, may it out: tables of decisions, the first that fits decides."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from linli.kernel.words import Words


class Reason(StrEnum):
    """Why a lane opened or did not."""

    EMERGENCY = "emergency"
    BLACK = "black_list"
    NO_PLATE = "no_plate"
    UNSURE = "unsure"
    LATE = "late"
    WHITE = "white_list"
    PERMIT = "permit"
    RESIDENT = "resident"
    EXPECTED = "expected"
    BOOKED = "booked"
    FULL = "full"
    RESIDENTS_ONLY = "residents_only"
    HOURLY = "hourly"
    NOTHING_DUE = "nothing_due"
    PAID = "paid"
    WALLET = "wallet"
    TO_PAY = "to_pay"
    NO_ENTRY = "no_entry"
    CLOSED = "closed"
    FOLLOWED = "followed"


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a car that wants in."""

    plate: str
    readable: bool = True
    on_duty: bool = False
    black: bool = False
    white: bool = False
    permit: bool = False
    resident: bool = False
    expected: bool = False
    booked: bool = False
    full: bool = False
    hourly: bool = True
    closed: bool = False


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a car that wants out. `known`: when it came is known. `due_fen` is what is
    not paid yet; `in_time`: it paid, and the minutes to leave are not over. `wallet`: its owner
    lets it be taken from his wallet, and it is there.
    """

    plate: str
    known: bool
    readable: bool = True
    on_duty: bool = False
    white: bool = False
    free: bool = False
    due_fen: int = 0
    paid_fen: int = 0
    in_time: bool = False
    wallet: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the arm rises, and why."""

    open: bool
    reason: Reason


_IN: Sequence[tuple[Callable[[Coming], bool], bool, Reason]] = (
    (lambda car: car.on_duty, True, Reason.EMERGENCY),
    (lambda car: not car.plate, False, Reason.NO_PLATE),
    (lambda car: car.black, False, Reason.BLACK),
    (lambda car: car.white, True, Reason.WHITE),
    (lambda car: car.permit, True, Reason.PERMIT),
    (lambda car: car.resident, True, Reason.RESIDENT),
    (lambda car: car.expected, True, Reason.EXPECTED),
    (lambda car: car.booked, True, Reason.BOOKED),
    (lambda car: not car.readable, False, Reason.UNSURE),
    (lambda car: car.closed, False, Reason.CLOSED),
    (lambda car: not car.hourly, False, Reason.RESIDENTS_ONLY),
    (lambda car: car.full, False, Reason.FULL),
)
"""Nobody who lives here is kept out by a full lot or a closed gate; the black list goes before the
white one, and never keeps anybody in.
"""

_OUT: Sequence[tuple[Callable[[Going], bool], bool, Reason]] = (
    (lambda car: car.on_duty, True, Reason.EMERGENCY),
    (lambda car: not car.plate, False, Reason.NO_PLATE),
    (lambda car: car.white, True, Reason.WHITE),
    (lambda car: car.free, True, Reason.NOTHING_DUE),
    (lambda car: not car.known and not car.readable, False, Reason.UNSURE),
    (lambda car: not car.known, False, Reason.NO_ENTRY),
    (lambda car: car.in_time, True, Reason.PAID),
    (lambda car: car.due_fen <= 0 and car.paid_fen > 0, True, Reason.PAID),
    (lambda car: car.due_fen <= 0, True, Reason.NOTHING_DUE),
    (lambda car: car.wallet, True, Reason.WALLET),
)


def enter(car: Coming) -> Verdict:
    """Decide whether a car may come in."""
    for fits, opens, reason in _IN:
        if fits(car):
            return Verdict(open=opens, reason=reason)
    return Verdict(open=True, reason=Reason.HOURLY)


def leave(car: Going) -> Verdict:
    """Decide whether a car may leave."""
    for fits, opens, reason in _OUT:
        if fits(car):
            return Verdict(open=opens, reason=reason)
    return Verdict(open=False, reason=Reason.TO_PAY)


SAID: dict[Reason, Words] = {
    Reason.EMERGENCY: Words(zh="公务车辆，请通行", en="On duty: please pass"),
    Reason.BLACK: Words(zh="请联系值班人员", en="Please speak with the guard"),
    Reason.NO_PLATE: Words(zh="无牌车请扫码", en="No plate: please scan the code"),
    Reason.UNSURE: Words(zh="车牌看不清，请稍候", en="The plate cannot be read; please wait"),
    Reason.LATE: Words(zh="补记", en="Told late"),
    Reason.WHITE: Words(zh="欢迎，请通行", en="Welcome: please pass"),
    Reason.PERMIT: Words(zh="月租车，请通行", en="Monthly permit: please pass"),
    Reason.RESIDENT: Words(zh="欢迎回家", en="Welcome home"),
    Reason.EXPECTED: Words(zh="访客车辆，欢迎", en="Welcome, guest"),
    Reason.BOOKED: Words(zh="已预约，请通行", en="Booked: please pass"),
    Reason.FULL: Words(zh="车位已满", en="No free place"),
    Reason.RESIDENTS_ONLY: Words(zh="本场不对外，请找值班人员", en="Residents only: ask the guard"),
    Reason.HOURLY: Words(zh="临时停车，欢迎", en="Welcome: by the hour"),
    Reason.NOTHING_DUE: Words(zh="无需缴费，一路平安", en="Nothing to pay: safe journey"),
    Reason.PAID: Words(zh="已缴费，一路平安", en="Paid: safe journey"),
    Reason.WALLET: Words(zh="已从钱包扣款，一路平安", en="Paid from the wallet: safe journey"),
    Reason.TO_PAY: Words(zh="请扫码缴费", en="Please scan and pay"),
    Reason.NO_ENTRY: Words(zh="没有进场记录，请找值班人员", en="No entry found: ask the guard"),
    Reason.CLOSED: Words(zh="停车场未开放", en="The lot is closed"),
    Reason.FOLLOWED: Words(zh="跟车通过", en="It followed another through"),
}  # fmt: skip
"""What the screen at the lane shows, and what is spoken."""
