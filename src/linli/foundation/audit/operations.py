"""Every write to the trail: a line with its deed, its seal soon after, its end after years."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection, transaction

from linli.contracts.identity import PLATFORM
from linli.foundation import durable
from linli.foundation.audit import logic, queries
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.models import Act, Line
from linli.foundation.audit.things import Thing

log = logging.getLogger("linli.audit")

_AT_ONCE = 1000
_SEALED_AT_ONCE = 500
"""Who waits to write waits for so many at most: 20 ms."""
_SEAL = f"UPDATE {Line._meta.db_table} SET number = %s, digest = %s WHERE id = %s"  # noqa: S608, SLF001
_FORGOTTEN_AT_ONCE = 5000
_WORDS = 500

_watched: ContextVar["Seen | None"] = ContextVar("audit_watched", default=None)
_program: ContextVar[str] = ContextVar("audit_program", default="")
_crowd = Crowd()


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted as one line. What is too long is cut.

    `account` is 0 for nobody, and for the operator at the terminal. `who` is the name to sign in
    by; it is looked up where it is left out.
    """

    community: str
    account: int
    act: Act
    what: str
    now: datetime
    purpose: str = ""
    place: str = ""
    cause: str = ""
    words: str = ""
    who: str | None = None


def note(
    *,
    community: str,
    account: int,
    act: Act,
    what: str,
    purpose: str = "",
    place: str = "",
    cause: str = "",
    words: str = "",
    who: str | None = None,
    now: datetime,
) -> None:
    """Write a line, in the transaction of the deed (see `Deed`)."""
    deed = Deed(
        community=community,
        account=account,
        act=act,
        what=what,
        purpose=purpose,
        place=place,
        cause=cause,
        words=words,
        who=who,
        now=now,
    )
    note_all([deed])


def note_all(deeds: Sequence[Deed]) -> None:
    """Write a line for each, in their order and in the transaction of the deeds."""
    if not deeds:
        return
    names = queries.names_of({deed.account for deed in deeds if deed.who is None})
    Line.objects.bulk_create([_line(deed, names) for deed in deeds], batch_size=_AT_ONCE)
    seen = _watched.get()
    if seen is not None:
        seen.acts.extend(deed.act for deed in deeds)


def note_of_many(deed: Deed) -> None:
    """Write a line for what anybody may do without end, as being refused: thirty a minute of an
    account (all without one are one); how many were left out is told by the next line.
    """
    missed = _crowd.turn(who=deed.account, now=deed.now)
    if missed is None:
        return
    more = f" (+{missed})" if missed else ""
    words = deed.words[: _WORDS - len(more)] + more
    note_all([msgspec.structs.replace(deed, words=words.strip())])


def note_now_and_then(deed: Deed, *, every: timedelta) -> None:
    """Write a line for what is done over and over by itself, as a code drawn anew: none where the
    account has one of the same, in the same words, of so short a time ago.
    """
    note_each_now_and_then(deed, [deed.what], every=every)


def note_each_now_and_then(deed: Deed, whats: Sequence[str], *, every: timedelta) -> None:
    """Write a line as `note_now_and_then` for the same deed at each of several things (`whats`).
    Where there is one to be written the account is locked and it is looked for again: of what an
    account does at once, in however many processes, as a page that asks for several things, one
    writes the line, and the others find it.
    """
    if not _unnoted(deed, whats, every):
        return
    with transaction.atomic():
        queries.hold(deed.account)
        new = _unnoted(deed, whats, every)
        note_all([msgspec.structs.replace(deed, what=one) for one in new])


def _unnoted(deed: Deed, whats: Sequence[str], every: timedelta) -> list[str]:
    """Return at which of these things an account has no line of the same deed of so short a time
    ago.
    """
    if not whats:
        return []
    since = round((deed.now - every).timestamp() * 1_000_000)
    rows = Line.objects.filter(community=deed.community, words=deed.words, at_us__gt=since)
    found = queries.found_by(rows, what=list(whats), account=deed.account, act=deed.act)
    lately = set(found.values_list("what", flat=True))
    return [one for one in dict.fromkeys(whats) if one not in lately]


_HOUR = timedelta(hours=1)


def note_look_for(*, community: str, account: int, ward: str, now: datetime) -> None:
    """Write a line for a guardian who looks at the things of his ward (`person:12`): one an hour,
    whatever he looks at, so that others who looked are not lost among them.
    """
    deed = Deed(
        community=community, account=account, act=Act.LOOK, what=ward, purpose="proxy",
        words=Thing.FOR_WARD, now=now,
    )  # fmt: skip
    note_now_and_then(deed, every=_HOUR)


class Seen:
    """What was done in a block: the acts that were noted, and the facts that became true."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.facts: list[str] = []


def became_true(facts: Sequence[str]) -> None:
    """Say which facts, by their ids, have become true: where nobody is noted for them, whoever
    watches knows who it was.
    """
    seen = _watched.get()
    if seen is not None:
        seen.facts.extend(facts)


@contextmanager
def watched() -> Iterator[Seen]:
    """Yield what is done in the block, in this thread."""
    seen = Seen()
    token = _watched.set(seen)
    try:
        yield seen
    finally:
        _watched.reset(token)


@contextmanager
def done_by(program: str) -> Iterator[None]:
    """Let each line that is noted in the block, in this thread, bear the program that does it."""
    token = _program.set(program)
    try:
        yield
    finally:
        _program.reset(token)


def _line(deed: Deed, names: dict[int, str]) -> Line:
    return Line(
        at_us=round(deed.now.timestamp() * 1_000_000),
        community=deed.community[:32],
        account=deed.account,
        who=(names.get(deed.account, "") if deed.who is None else deed.who)[:64],
        act=deed.act,
        what=deed.what[:96],
        purpose=deed.purpose[:32],
        place=deed.place[:200],
        cause=deed.cause[:64],
        words=deed.words[:_WORDS],
        program=_program.get()[:64],
    )


def seal(*, now: datetime) -> int:
    """Give the lines that wait their place in the chain, and anchor its end; return how many.

    :raises OSError: if the anchors cannot be read or written
    :raises Forged: if they are not ours, or the trail is not what they say: nothing is sealed then
    """
    anchors = anchored()
    waits = Line.objects.filter(number=None).exists()
    newest = anchors.newest()
    if newest is None:
        if Line.objects.exclude(number=None).exists():
            raise Forged("the anchors are gone")
        if not waits:
            return 0
        newest = Anchor(number=0, digest=logic.BEGINNING, at=now.timestamp())
        anchors.begin(newest)
    _hold_against(newest)
    sealed, number, digest = _seal_some(newest) if waits else (0, *_end(newest))
    _to_disk()
    change = {"number": number, "digest": digest, "at": now.timestamp()}
    anchors.note(msgspec.structs.replace(newest, **change))
    return sealed


def _hold_against(anchor: Anchor) -> None:
    """Refuse a trail that does not end, or go on, from what was anchored.

    :raises Forged: if it does not
    """
    row = Line.objects.filter(number=anchor.number).values_list("digest", flat=True).first()
    if row != anchor.digest and not (row is None and anchor.number == anchor.base):
        raise Forged(f"line {anchor.number} of the trail is not what was anchored")


@transaction.atomic
def _seal_some(anchor: Anchor) -> tuple[int, int, str]:
    """Seal a bounded part; return how many lines, and number and digest of the last there is."""
    number, before = _end(anchor, lock=True)
    waiting = Line.objects.filter(number=None).order_by("id")
    sealed = []
    for line, _, *rest in list(waiting.values_list(*logic.COLUMNS)[:_SEALED_AT_ONCE]):
        number += 1
        before = logic.digest(before=before, values=[line, number, *rest])
        sealed.append((number, before, line))
    with connection.cursor() as cursor:
        cursor.executemany(_SEAL, sealed)
    return len(sealed), number, before


def _end(anchor: Anchor, *, lock: bool = False) -> tuple[int, str]:
    """Return number and digest of the last line that is sealed."""
    rows = Line.objects.exclude(number=None).order_by("-number")
    last = (rows.select_for_update() if lock else rows).first()
    return (last.number or 0, last.digest) if last else (anchor.number, anchor.digest)


def _to_disk() -> None:
    """Wait until the disk holds what was committed: what is anchored must be there after a power
    cut. SQLite would wait for it at the commit, if it was told to, and with it everybody who wants
    to write; here its log is waited for afterwards, while others do. What is not in the log any
    more was on the disk before it left it. Within somebody's transaction the commit is his.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    log_file = Path(f"{connection.settings_dict['NAME']}-wal")
    if log_file.exists():
        durable.settle(log_file)


def forget(*, before: datetime) -> int:
    """Drop a part of the lines older than a time, and note where the chain goes on; return how
    many. The database refuses it for lines younger than half a year (Cybersecurity Law, art. 21).

    :raises OSError, Forged: as `seal`: nothing is dropped then
    """
    until = round(before.timestamp() * 1_000_000)
    sealed = Line.objects.exclude(number=None).order_by("number")
    rows = sealed.values_list("number", "digest", "at_us")[: _FORGOTTEN_AT_ONCE + 1]
    gone = list(takewhile(lambda row: row[2] < until, list(rows)[:-1]))
    if not gone:
        return 0
    anchors = anchored()
    newest = anchors.newest()
    if newest is None:
        raise Forged("the anchors are gone")
    _hold_against(newest)
    base, base_digest, _ = gone[-1]
    number, digest = sealed.values_list("number", "digest").last() or (0, "")
    change = {"base": base, "base_digest": base_digest, "number": number, "digest": digest}
    anchors.note(msgspec.structs.replace(newest, **change))
    dropped = Line.objects.filter(number__lte=base).delete()[0]
    _drop_old(anchors)
    return dropped


def _drop_old(anchors: Anchors) -> None:
    try:
        anchors.drop_old()
    except PermissionError as error:
        log.warning("old anchors stay, they lie where one can only add: %s", error)


class NotWhole(Forged):
    """The trail cannot be accepted as it is."""


def accept(*, reason: str, now: datetime) -> int:
    """Anchor the trail anew as it now is, after records were put back from a backup or the key was
    lost; return how many lines it has. A line of it says so for good, and the anchors from before
    are kept beside the new ones.

    :raises NotWhole: if its first line is missing
    :raises OSError: if the anchors cannot be written
    """
    sealed = Line.objects.exclude(number=None).order_by("number")
    first, last = sealed.first(), sealed.last()
    anchors = anchored()
    anchor = Anchor(number=0, digest=logic.BEGINNING, at=now.timestamp())
    if first is not None and last is not None:
        base = _known_base(anchors, first.number or 0)
        change = {"base": base.base, "base_digest": base.base_digest}
        change |= {"number": last.number, "digest": last.digest}
        anchor = msgspec.structs.replace(anchor, **change)
    note(community=PLATFORM, account=0, act=Act.WRITE, what="audit.accepted", words=reason, now=now)
    anchors.begin_anew(anchor)
    return anchor.number


def _known_base(anchors: Anchors, first: int) -> Anchor:
    """Return an anchor whose base is right before the first line.

    :raises NotWhole: if there is none
    """
    if first == 1:
        return Anchor(number=0, digest=logic.BEGINNING, at=0.0)
    try:
        newest = anchors.newest()
    except (OSError, Forged) as error:
        raise NotWhole(f"nothing tells what was before line {first}: {error}") from error
    if newest is None or newest.base != first - 1:
        raise NotWhole(f"nothing tells what was before line {first}")
    return newest


def anchored() -> Anchors:
    """Return the anchors of this installation."""
    return Anchors(
        file=settings.AUDIT_ANCHORS,
        key_file=settings.HOME / "audit.key",
        every_s=settings.AUDIT_ANCHOR_S,
    )
