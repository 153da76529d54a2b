"""Parking in 和睦里: two garages and the places at the gates, months of some households, and a few
cars that came today.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from linli.app.demo import names, neighbours
from linli.app.demo.people import Home
from linli.domains.parking.operations import rights, seeing, setting, zones, zoning
from linli.domains.parking.operations.rights import NewPermit
from linli.domains.parking.operations.setting import NewBay, NewLane, NewLot
from linli.domains.parking.operations.zones import NewZone
from linli.domains.parking.queries import lots
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.people.models import Person

_LOTS = (
    ("g1", "hml/g1", "1号地下车库", "Garage 1", 480, "garage_hourly", ("bar-g1-ramp",)),
    ("g2", "hml/g2", "2号地下车库", "Garage 2", 480, "garage_hourly", ("bar-g2-ramp",)),
    ("yard", "hml", "地面临停", "Yard", 60, "yard_quarter", ("bar-gate-w", "bar-gate-e")),
)
_LANES = {
    "bar-g1-ramp": ("1号车库坡道", "Ramp of garage 1"),
    "bar-g2-ramp": ("2号车库坡道", "Ramp of garage 2"),
    "bar-gate-w": ("西门车道", "West gate"),
    "bar-gate-e": ("东门车道", "East gate"),
}
_BOOTHS = {
    "bar-g1-ramp": Words(zh="1号车库岗亭", en="Booth of garage 1"),
    "bar-g2-ramp": Words(zh="2号车库岗亭", en="Booth of garage 2"),
    "bar-gate-w": Words(zh="西门岗亭", en="West booth"),
    "bar-gate-e": Words(zh="东门岗亭", en="East booth"),
}
_ZONES = (
    ("lane-1", "fire_lane", "消防通道 1", "Fire lane 1", 0, ()),
    ("lane-2", "fire_lane", "消防通道 2", "Fire lane 2", 0, ()),
    ("plaza", "entrance", "中心广场入口", "Way into the plaza", 10, ("cam-plaza-3", "cam-plaza-4")),
)
_PERMITS, _INSIDE, _STRANGERS = 120, 24, 5
_FIRST_STRANGER = 9_000
"""Plates from here on are nobody's in the register."""


def seed(*, community: str, homes: Sequence[Home], now: datetime) -> None:
    """Set up lots, lanes, zones and permits, and let some cars have come; sown twice it is once."""
    if lots.lots(community=community, limit=1):
        return
    number = accounts.number_of(username="manager")
    actor = accounts.actor_of(account=number, community=community, now=now)
    for code, place, zh, en, capacity, tariff, barriers in _LOTS:
        lot = NewLot(
            code=code,
            name=Words(zh=zh, en=en),
            place=place,
            capacity=capacity,
            residents_free=code != "g1",
            offered_to=(neighbours.COMMUNITY,) if code == "g2" else (),
        )
        setting.set_lot(actor=actor, lot=lot, now=now)
        text = (settings.CATALOG / "tariffs" / "parking" / f"{tariff}.toml").read_text("utf-8")
        since = now - timedelta(days=90)
        setting.found_with(community=community, lot=code, text=text, since=since)
        for barrier in barriers:
            booth = _BOOTHS[barrier]
            setting.set_booth(actor=actor, code=_code(barrier), lot=code, name=booth, now=now)
            setting.set_lane(actor=actor, lane=_lane(code, barrier), now=now)
    _screens(actor, now)
    _zones(actor, now)
    _bays(actor, homes, now)
    _permits(actor, homes, now)
    _cars(community, homes, now)
    zoning.see(
        community=community, zone="lane-1", plate=names.plate(_FIRST_STRANGER, electric=False),
        by=accounts.number_of(username="guard"), now=now - timedelta(minutes=12),
    )  # fmt: skip


def _lane(lot: str, barrier: str) -> NewLane:
    zh, en = _LANES[barrier]
    return NewLane(
        code=_code(barrier),
        name=Words(zh=zh, en=en),
        lot=lot,
        direction="both",
        camera=barrier,
        barrier=barrier,
        booth=_code(barrier),
    )


def _code(barrier: str) -> str:
    return barrier.removeprefix("bar-")


def _screens(actor: Actor, now: datetime) -> None:
    """Let the screens of the garages tell their free places."""
    for garage in ("g1", "g2"):
        found = devices.codes_of_models(
            community=actor.community, models=["guidance_screen"], place=f"hml/{garage}"
        )
        for device in found:
            setting.set_screen(actor=actor, lot=garage, device=device, now=now)


def _zones(actor: Actor, now: datetime) -> None:
    for code, kind, zh, en, grace, cameras in _ZONES:
        zone = NewZone(
            code=code,
            name=Words(zh=zh, en=en),
            place=f"{actor.community}/{code}",
            kind=kind,
            devices=cameras,
            grace_minutes=grace,
        )
        zones.set_zone(actor=actor, zone=zone, now=now)


def _bays(actor: Actor, homes: Sequence[Home], now: datetime) -> None:
    """Make the place of the resident who signs in, and those that sensors watch."""
    own = next((car for car in _own(actor.community, homes)), None)
    if own is not None:
        bay = NewBay(lot=own[1], number=own[2], kind="private")
        setting.set_bay(actor=actor, bay=bay, now=now)
    for garage in ("g1", "g2"):
        found = devices.codes_of_models(
            community=actor.community, models=["parking_bay_sensor"], place=f"hml/{garage}"
        )
        for number, device in enumerate(sorted(found), start=1):
            kind = "mother_child" if number == 1 else "general"
            bay = NewBay(lot=garage, number=f"T{number:02}", kind=kind, device=device)
            setting.set_bay(actor=actor, bay=bay, now=now)


def _own(community: str, homes: Sequence[Home]) -> Iterator[tuple[str, str, str]]:
    """Yield plate, lot and place of the cars of the resident who signs in."""
    row = Person.rows.of(community).filter(account__username="resident").first()
    for home in homes:
        if row is not None and any(one.code == row.code for one in home.people):
            for car in home.cars:
                yield car.plate, car.garage.rpartition("/")[2], car.parking


def _permits(actor: Actor, homes: Sequence[Home], now: datetime) -> None:
    """Give some households a place by the month for all their cars; that of the resident who signs
    in ended this midnight: his car is charged by the hour until he renews it.
    """
    midnight = now.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    own = {plate for plate, _, _ in _own(actor.community, homes)}
    some = [home for home in homes if home.cars]
    chosen = some[:_PERMITS] + [
        home for home in some[_PERMITS:] if {car.plate for car in home.cars} & own
    ]
    for home in chosen:
        plates = [car.plate for car in home.cars]
        ended = bool(set(plates) & own)
        permit = NewPermit(
            lot=home.cars[0].garage.rpartition("/")[2],
            plates=plates,
            since=midnight - timedelta(days=30),
            until=midnight if ended else midnight + timedelta(days=30),
        )
        rights.give(actor=actor, permit=permit, now=now)


def _cars(community: str, homes: Sequence[Home], now: datetime) -> None:
    """Let residents and strangers have come in these hours; one stranger's entry nobody saw."""
    own = [(plate, f"bar-{lot}-ramp") for plate, lot, _ in _own(community, homes)]
    some = [(car.plate, f"bar-{car.garage[-2:]}-ramp") for home in homes[:80] for car in home.cars]
    residents = [*own[:1], *[one for one in some[:_INSIDE] if one not in own]]
    for count, (plate, lane) in enumerate(residents):
        _passes(community, lane, plate, "in", now - timedelta(minutes=300 - 7 * count))
    for count in range(_STRANGERS):
        plate = names.plate(_FIRST_STRANGER + 10 + count, electric=count % 2 == 0)
        at = now - timedelta(minutes=125 - 20 * count)
        _passes(community, "bar-g1-ramp" if count % 2 else "bar-gate-w", plate, "in", at)
    lost = names.plate(_FIRST_STRANGER + 50, electric=False)
    _passes(community, "bar-g1-ramp", lost, "out", now - timedelta(minutes=3))


def _passes(community: str, camera: str, plate: str, direction: str, at: datetime) -> None:
    seeing.take(
        community=community,
        device=camera,
        ask=f"seed-{plate[-5:]}-{direction}",
        seen=seeing.Seen(plate=plate, confidence_milli=985, direction=direction, at=at),
        now=at,
    )
