"""The situation of one decision, gathered from the records in a handful of reads."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from linli.contracts.doors import Way
from linli.domains.doors.logic import tokens
from linli.domains.doors.logic.deciding import (
    TRIES,
    BackRule,
    Grant,
    Holder,
    Known,
    Mode,
    Situation,
    Term,
    decide,
    tried,
)
from linli.domains.doors.logic.hours import hold, term
from linli.domains.doors.logic.tokens import NoToken, Token
from linli.domains.doors.logic.values import BadValue
from linli.domains.doors.models import Credential, Door, Inside, Passage, SigningKey, Use
from linli.domains.doors.queries import finding, standing
from linli.domains.doors.queries.hosts import EVER, hosted_until
from linli.domains.doors.queries.standing import Allowed, Bearing
from linli.foundation.consent import queries as consents
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.registry.devices.catalogue import models as thing_models

REPEAT_WITHIN = timedelta(seconds=20)
"""Who is let in and does not get through in time shows it again: that is the same entry."""
_KNOWN_CLOCK_S, _UNKNOWN_CLOCK_S = 30.0, 600.0
"""A question that was under way for longer opens nothing: nobody stands there any more."""
_TRIED = "unknown"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown at a reader: a way and a value, the bits of a card, or the text of a QR code.
    `id` names a credential that the device knows by its number (a face). `at` is the device's own
    time (epoch seconds), if it said one. `alive`: what it found of a face; None if it says nothing.
    """

    reader: str = "in"
    way: Way = Way.CARD
    value: str = ""
    bits: str = ""
    id: int | None = None
    floor: str = ""
    at: float | None = None
    alive: bool | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision rests on, and whom it is about. If it `counts`, the use of this `number` is
    taken from the credential `used`, in the ring.
    """

    case: Situation
    bearing: Bearing
    credential: Credential | None
    allowed: Allowed
    direction: str
    used: int = 0
    ring: str = ""
    number: int = 0


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown, known again: the credential, what became of it, the QR code if it was one."""

    known: Known
    credential: Credential | None = None
    token: Token | None = None


def claim(*, community: str, shown: Shown, now: datetime, lock: bool) -> Claim:
    """Return what was shown, known again."""
    try:
        if shown.way is Way.QR:
            return _of_token(community, shown.value, now, lock)
        row = _row(community, shown)
    except BadValue:
        row = None
    if row is None:
        return Claim(known=Known.UNKNOWN)
    return Claim(known=Known(row.state), credential=row)


def _row(community: str, shown: Shown) -> Credential | None:
    if shown.id is not None:
        return Credential.rows.of(community).filter(pk=shown.id, way=shown.way.value).first()
    if shown.way is Way.FACE:
        return None
    shape = finding.bits(shown.bits) if shown.bits else finding.shape(shown.way, shown.value)
    return finding.by_shape(community=community, shape=shape)


def _of_token(community: str, text: str, now: datetime, lock: bool) -> Claim:
    try:
        token, body, signature = tokens.read(text)
    except NoToken:
        return Claim(known=Known.UNKNOWN)
    key = SigningKey.rows.of(community).filter(number=token.key, retired_at=None).first()
    try:
        public = bytes.fromhex(key.public) if key else b""
        tokens.check(community=community, body=body, signature=signature, public=public)
    except NoToken:
        return Claim(known=Known.FORGED)
    rows = Credential.rows.of(community).filter(pk=token.credential, way=Way.QR.value)
    alone = lock and not token.guest
    row = (rows.select_for_update(of=("self",)) if alone else rows).first()
    if row is None:
        return Claim(known=Known.UNKNOWN)
    known = Known(row.state)
    if known is Known.OPEN:
        known = _age(token, row, now)
    return Claim(known=known, credential=row, token=token)


def _age(token: Token, row: Credential, now: datetime) -> Known:
    if token.picture:
        return Known.OPEN if token.serial == row.serial else Known.REPLACED
    return Known.OPEN if tokens.fresh(token=token, at=now.timestamp()) else Known.STALE


def found(*, door: Door, shown: Shown, now: datetime, lock: bool = True) -> Found:
    """Return the situation of somebody who shows something at a door. With `lock`, in whose
    transaction the decision is made: what is used up is locked.
    """
    claimed = claim(community=door.community, shown=shown, now=now, lock=lock)
    row = claimed.credential
    bearing = Bearing(
        person=row.person_id if row else None,
        staff=row.staff_id if row else None,
        guest=row.guest if row else "",
    )
    direction = finding.direction(door, shown.reader)
    way = shown.way if row is None or shown.way is Way.QR else Way(row.way)
    made = of_bearing(
        door=door, bearing=bearing, way=way, direction=direction, floor=shown.floor, now=now
    )
    case = msgspec.structs.replace(
        tried(made.case, _wrong(door, way, now)),
        credential=claimed.known,
        too_late=_too_late(door, shown, now),
        duress=bool(row and row.duress),
        not_alive=way is Way.FACE and _is_not_alive(door, shown),
    )
    if row is None:
        return msgspec.structs.replace(made, case=case)
    if case.term is Term.NOW:
        own = term(since=row.since, until=row.until, now=now)
        case = msgspec.structs.replace(case, term=own)
    his = case.grant is not Grant.NONE
    if his and hosted_until(door=door, rows=[row], now=now).get(row.pk, EVER) <= now:
        case = msgspec.structs.replace(case, holder=Holder.GONE)
    return _counted(
        msgspec.structs.replace(made, case=case, credential=row), door, claimed, lock=lock, now=now
    )


def of_bearing(
    *, door: Door, bearing: Bearing, way: Way, direction: str, floor: str = "", now: datetime
) -> Found:
    """Return the situation of somebody who is known, as by his account, and shows nothing."""
    stands = standing.standing(community=door.community, bearing=bearing, now=now)
    rights = (
        standing.rights_of(
            community=door.community, bearing=bearing, households=stands.households, door=door
        )
        if bearing.name
        else []
    )
    may = standing.allowed(rights=rights, standing=stands, floor=floor, now=now)
    crossing = _crossing(door, bearing)
    case = Situation(
        way=way,
        ways=tuple(Way(one) for one in door.ways),
        direction=direction,
        mode=mode_of(door, now),
        escape=door.escape,
        fire=door.fire is not None,
        term=may.term,
        holder=stands.holder,
        staff=bearing.staff is not None and stands.on_shift,
        consent=_agrees(door.community, way, bearing),
        grant=may.grant,
        back_rule=_back_rule(door, crossing),
        inside=crossing is not None and crossing.inside,
        partner_open=_partner_open(door, now),
    )
    return Found(case=case, bearing=bearing, credential=None, allowed=may, direction=direction)


def _is_not_alive(door: Door, shown: Shown) -> bool:
    """Tell whether a face is not to be believed alive: by the device's word, or, where its model
    says that it looks, without one. Of a model that is in the catalogue no more it is not known
    whether it looks: no face of it is believed without a word. Nobody is kept out by that, for a
    face is never the only way.
    """
    if shown.alive is not None:
        return not shown.alive
    model = thing_models().get(door.device.model)
    return model is None or model.liveness


def mode_of(door: Door, now: datetime) -> Mode:
    """Return how a door is kept now, its free hours included."""
    mode = decided_mode(door, now)
    if mode is Mode.NORMAL and door.free_hours:
        hours = standing.hours_in(door.free_hours)
        if hold(hours=hours, at=timezone.localtime(now), works=standing.works):
            return Mode.FREE
    return mode


def decided_mode(door: Door, now: datetime) -> Mode:
    """Return how somebody decided that a door is kept now; over its time it is as usual."""
    over = door.mode_until is not None and door.mode_until <= now
    return Mode.NORMAL if over else Mode(door.mode)


def _agrees(community: str, way: Way, bearing: Bearing) -> bool:
    if way is not Way.FACE:
        return True
    return bearing.person is not None and consents.agreed(
        community=community, purpose="face", subject=f"person:{bearing.person}"
    )


def _crossing(door: Door, bearing: Bearing) -> Inside | None:
    """Return how somebody crossed into the area of a door, or out of it, last."""
    if not door.area or door.back_rule == BackRule.OFF or not bearing.name:
        return None
    rows = Inside.rows.of(door.community)
    return rows.filter(holder=bearing.name, area=door.area).first()


def _back_rule(door: Door, crossing: Inside | None) -> BackRule:
    """Return the rule of once in. Nobody is kept out by what cannot be known: while a door of the
    area is off the line, whoever is inside may have left by it.
    """
    if not door.area:
        return BackRule.OFF
    rule = BackRule(door.back_rule)
    if rule is not BackRule.HARD or crossing is None:
        return rule
    away = unseen(community=door.community, areas=[door.area]).exclude(pk=door.pk)
    return BackRule.SOFT if away.exists() else rule


def unseen(*, community: str, areas: Iterable[str]) -> ScopedRows[Door]:
    """Return the doors in service of these areas that are off the line."""
    rows = Door.rows.of(community).filter(area__in=sorted(set(areas)))
    return rows.filter(device__online=False, device__enabled=True)


def _partner_open(door: Door, now: datetime) -> bool:
    if not door.interlock:
        return False
    rows = Door.rows.of(door.community).filter(interlock=door.interlock, busy_until__gt=now)
    return rows.exclude(pk=door.pk).exists()


def _too_late(door: Door, shown: Shown, now: datetime) -> bool:
    if shown.at is None:
        return False
    known = door.clock_off_s is not None
    under_way_s = now.timestamp() - (shown.at + (door.clock_off_s or 0.0))
    return under_way_s > (_KNOWN_CLOCK_S if known else _UNKNOWN_CLOCK_S)


def is_locked(*, door: Door, now: datetime) -> bool:
    """Tell whether a door takes no digits now: too many wrong ones were tried."""
    case = tried(Situation(way=Way.PIN), _wrong(door, Way.PIN, now))
    return decide(case).reason == "too_many_tries"


def _wrong(door: Door, way: Way, now: datetime) -> list[timedelta]:
    """Return how long ago wrong codes were tried at a door, of those that count; of other ways
    nothing is counted.
    """
    if way not in {Way.PIN, Way.CODE}:
        return []
    since = now - TRIES[-1][0]
    if door.tries_since is not None:
        since = max(since, door.tries_since)
    return [now - at for at in _tried(community=door.community, door=door.pk, since=since)]


@built_once
def _tried(*, community: str, door: int, since: datetime) -> Iterable[datetime]:
    rows = Passage.rows.of(community).filter(door=door, at__gt=since, opened=False, reason=_TRIED)
    rows = rows.filter(way__in=[Way.PIN.value, Way.CODE.value]).order_by("-at")
    return rows.values_list("at", flat=True)[: TRIES[-1][1]]


def _counted(made: Found, door: Door, claimed: Claim, *, lock: bool, now: datetime) -> Found:
    """Add what remains of entries: a guest's, and the one of a code of half a minute. Of what is no
    longer good nothing is counted.
    """
    row, token = claimed.credential, claimed.token
    if row is None or claimed.known is not Known.OPEN or made.direction == "out":
        return made
    serial = token.serial if token is not None and token.changes else None
    if row.uses and row.ring == door.ring:
        holder = _pass(row, lock=lock)
        spent = list(_uses(holder, row.ring).order_by("-at", "-pk"))
        last = spent[0] if spent else None
        shown = serial is not None and any(one.number == serial for one in spent)
        left = 0 if shown else row.uses - len(spent)
        number = len(spent) + 1 if serial is None else serial
    elif serial is not None:
        holder, number = row, serial
        last = _uses(row, door.ring).filter(number=serial).first()
        left = int(last is None)
    else:
        return made
    repeat = last is not None and last.door_id == door.pk and now - last.at <= REPEAT_WITHIN
    case = msgspec.structs.replace(made.case, left=left, repeat=repeat)
    return msgspec.structs.replace(made, case=case, used=holder.pk, ring=door.ring, number=number)


def _pass(row: Credential, *, lock: bool) -> Credential:
    """Return the first of what a guest was given, on which his entries are counted: his QR code
    and his digits are one pass. It is locked, so that of two gates one is first.
    """
    return finding.of_guest(community=row.community, guest=row.guest, lock=lock)[0]


def _uses(row: Credential, ring: str) -> ScopedRows[Use]:
    return Use.rows.of(row.community).filter(credential=row, ring=ring)
