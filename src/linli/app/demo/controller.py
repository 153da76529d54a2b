"""A simulated door controller: it asks while it has a line, decides by itself while it has none, by
the rights that it fetched, and tells afterwards. It holds marks and public keys, no card number and
nothing that could sign.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from linli.app.card_numbers import card_of_bits, card_of_print
from linli.app.demo.faces import Faces
from linli.app.demo.panel import Panel
from linli.contracts.doors import WAYS, Hours, Way
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
    Verdict,
    decide,
    tried,
)
from linli.domains.doors.logic.hours import best, granted, hold
from linli.domains.doors.logic.tokens import NoToken, Token
from linli.foundation.sm3 import mac

_ZONE = ZoneInfo("Asia/Shanghai")
_MARK_DIGITS = 32
_RUN = 100
_CODES = {Way.PIN, Way.CODE}
_REPEAT_WITHIN_S = 20.0
_MODES = {"free": Mode.FREE, "shut": Mode.SHUT}
"""What a door without a line does, where it does not go by the rights that it holds."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody shows at a reader."""

    way: Way
    value: str = ""
    bits: str = ""
    reader: str = "in"
    floor: str = ""


class Controller:
    """One door, as its controller knows it, on its own or on a panel with others. Times are epoch
    seconds of its own clock, which may be off; what it is told puts it right.
    """

    def __init__(
        self,
        *,
        community: str,
        device: str,
        readers: Mapping[str, str],
        panel: Panel | None = None,
    ) -> None:
        self.panel = panel or Panel()
        self.faces = Faces()
        self.community = community
        self.device = device
        self.version = 0
        self.behind_s = 0.0
        """How far its clock is behind ours, as it was told last."""
        self.kept: list[dict[str, Any]] = []
        self._sides = dict(readers)
        self._door: Mapping[str, Any] = {}
        self._entries: dict[int, Mapping[str, Any]] = {}
        self._marks: dict[str, set[int]] = {}
        self._tried: deque[float] = deque()
        self._dead: set[int] = set()
        self._spent: set[tuple[int, int]] = set()
        self._entries_of: Counter[int] = Counter()
        self._let_in: dict[int, float] = {}
        self._number = 0
        self._upto = 0

    def question(self, shown: Shown, now: float) -> dict[str, Any]:
        """Return what it asks when something is shown."""
        told = {
            "id": self._next(now),
            "ask": "door.presented",
            "reader": shown.reader,
            "way": shown.way.value,
            "value": shown.value,
            "bits": shown.bits,
            "credential": (shown.way is Way.FACE and self.faces.of(shown.value)) or "",
            "floor": shown.floor,
            "t": now,
        }
        return {name: value for name, value in told.items() if value != ""}

    def wants_rights(self, now: float) -> dict[str, Any]:
        """Return how it asks for what changed, and what it says of the faces that it knows."""
        return {
            "id": self._next(now), "ask": "door.rights", "since": self.version,
            "upto": self._upto, "clock": now, **self.faces.receipts(),
        }  # fmt: skip

    def take_rights(self, told: Mapping[str, Any], now: float) -> bool:
        """Remember what it was told; return whether there is more to ask for."""
        self.behind_s = float(told["now"]) - now
        self.faces.heard()
        self._door = told["door"]
        self.panel.doors.add(self._door["number"])
        if told["anew"]:
            self._entries, self._marks, self._dead = {}, {}, set()
        for entry in told["set"]:
            self._forget(entry["c"])
            self._dead.discard(entry["c"])
            self._entries[entry["c"]] = entry
            for mark in (entry.get("mark"), entry.get("short")):
                if mark:
                    self._marks.setdefault(mark, set()).add(entry["c"])
        self._drop(told["drop"])
        for number in told.get("wipe", ()):
            self.faces.delete(number)
        if not told["more"]:
            self.faces.keep(self._entries)
        if "inside" in told:
            area = self._door["area"]
            self.panel.learn(area=area, inside=told["inside"], at=float(told["now"]))
        self.version, self._upto = int(told["version"]), int(told["upto"])
        return bool(told["more"])

    def _drop(self, numbers: Sequence[int]) -> None:
        """Let these open nothing; of a face that was known the template is deleted."""
        for number in numbers:
            if self._forget(number).get("way") == Way.FACE:
                self.faces.delete(number)
            self._dead.add(number)

    def _forget(self, number: int) -> Mapping[str, Any]:
        entry = self._entries.pop(number, {})
        for mark in (entry.get("mark"), entry.get("short")):
            if mark:
                self._marks.get(mark, set()).discard(number)
        return entry

    def answered(self, shown: Shown, told: Mapping[str, Any], now: float) -> None:
        """The platform decided: remember what the next decision without a line rests on."""
        if told.get("ok"):
            self._opened(shown.reader, str(told.get("holder", "")), now + self.behind_s)

    def _opened(self, reader: str, holder: str, at: float) -> None:
        """Remember that the door opened, and for whom."""
        if not self._door:
            return
        until = at + float(self._door["release_s"])
        self.panel.opened(door=self._door["number"], until=until)
        if self._door["area"] and holder:
            inward = self._sides.get(reader, "in") != "out"
            self.panel.crossed(area=self._door["area"], holder=holder, at=at, inside=inward)

    def by_itself(self, shown: Shown, now: float, *, id: str = "") -> Verdict:
        """Decide without a line, and keep it to be told; `id` is that of the question to which
        nobody answered, so that both are one passage.
        """
        at = now + self.behind_s
        number, known, token = self._claim(shown, at)
        case = self._situation(shown, number, known, token, at)
        verdict = decide(tried(case, self._wrong(at)))
        if verdict.counts and number is not None:
            self._count(number, token, at)
        if verdict.reason == Known.UNKNOWN and shown.way in _CODES:
            self._tried.append(at)
        if verdict.opens:
            self._opened(shown.reader, self._holder(number), at)
        self.panel.untold += 1
        self.kept.append(
            {
                "id": id or self._next(now),
                "at": now,
                "way": shown.way.value,
                "opened": verdict.opens,
                "reason": verdict.reason,
                "reader": shown.reader,
                "floor": shown.floor,
                "credential": number,
            }
        )
        return verdict

    def _count(self, number: int, token: Token | None, at: float) -> None:
        """Remember an entry that it let somebody have by itself."""
        self._entries_of[number] += 1
        self._let_in[number] = at
        if token is not None and token.changes:
            self._spent.add((number, token.serial))

    def tells(self, now: float) -> dict[str, Any] | None:
        """Return the next run of what it decided by itself; None where all was told."""
        if not self.kept:
            return None
        items = self.kept[:_RUN]
        return {"id": self._next(now), "ask": "door.passed", "clock": now, "items": items}

    def told(self, count: int) -> None:
        """The first of what it kept are on record."""
        self.panel.untold -= len(self.kept[:count])
        del self.kept[:count]

    def _next(self, now: float) -> str:
        self._number += 1
        return f"{int(now)}-{self._number}"

    def _claim(self, shown: Shown, at: float) -> tuple[int | None, Known, Token | None]:
        if shown.way is Way.QR:
            return self._of_token(shown.value, at)
        if shown.way is Way.FACE:
            face = self.faces.of(shown.value)
            return face, Known.OPEN if face else Known.UNKNOWN, None
        each = [self._known_by(one) for one in self._spelled(shown)]
        held = [found for found in each if found]
        if not held or len(held[0]) != 1:
            return None, Known.UNKNOWN, None
        return next(iter(held[0])), Known.OPEN, None

    def _known_by(self, text: str) -> set[int]:
        """Return what bears the mark of a text, under any of the keys of marks: for a while there
        are two.
        """
        found = set[int]()
        for key in map(bytes.fromhex, self._door.get("mark_keys", ())):
            found |= self._marks.get(mac(key, text.encode()).hex()[:_MARK_DIGITS], set())
        return found

    def _spelled(self, shown: Shown) -> Sequence[str]:
        """Return the texts of which a value may have the mark."""
        if shown.way in {Way.CARD, Way.SIM}:
            card = card_of_bits(shown.bits) if shown.bits else card_of_print(shown.value)
            if card is None:
                return ()
            low = f"card:{card.short}"
            spelled = [f"card:{card.whole}", low] if card.whole else [low, f"card.24:{card.short}"]
        else:
            space = "code" if shown.way in _CODES else shown.way.value
            spelled = [f"{space}:{shown.value}"]
        return spelled

    def _of_token(self, text: str, at: float) -> tuple[int | None, Known, Token | None]:
        try:
            token, body, signature = tokens.read(text)
        except NoToken:
            return None, Known.UNKNOWN, None
        public = bytes.fromhex(self._door.get("keys", {}).get(str(token.key), ""))
        try:
            tokens.check(community=self.community, body=body, signature=signature, public=public)
        except NoToken:
            return None, Known.FORGED, None
        if token.credential in self._dead:
            return token.credential, Known.ENDED, token
        if not token.picture and not tokens.fresh(token=token, at=at):
            return token.credential, Known.STALE, token
        return token.credential, Known.OPEN, token

    def _situation(
        self, shown: Shown, number: int | None, known: Known, token: Token | None, at: float
    ) -> Situation:
        entry = self._entries.get(number or 0)
        term, grant = self._right(entry, token, shown.floor, at)
        return Situation(
            way=shown.way,
            ways=tuple(Way(one) for one in self._door.get("ways", WAYS)),
            direction=self._sides.get(shown.reader, "in"),
            mode=self._mode(at),
            escape=bool(self._door.get("escape")),
            fire=bool(self._door.get("fire")),
            credential=known,
            term=term,
            holder=Holder.HERE,
            staff=bool(entry and entry.get("staff")),
            grant=grant,
            left=self._left(number, token),
            repeat=at - self._let_in.get(number or 0, 0.0) <= _REPEAT_WITHIN_S,
            back_rule=self._back_rule(),
            inside=self._is_inside(number),
            partner_open=self.panel.any_open(self._door.get("interlock", ()), at),
        )

    def _left(self, number: int | None, token: Token | None) -> int | None:
        """Return how many entries remain, as far as this door knows: a code that changes opens
        once, a guest's pass as often as it says; of a picture that nobody told of yet, once.
        """
        changes = token is not None and token.changes
        if token is not None and changes and (token.credential, token.serial) in self._spent:
            return 0
        entry = self._entries.get(number or 0)
        uses = int(entry.get("uses", 0)) if entry else int(token is not None and token.picture)
        if uses:
            return uses - self._entries_of[number or 0]
        return 1 if changes else None

    def _mode(self, at: float) -> Mode:
        """Return how the door is kept while it has no line."""
        mode, until = Mode(self._door.get("mode", "normal")), self._door.get("mode_until", 0.0)
        if mode is not Mode.NORMAL and not 0.0 < until <= at:
            return mode
        local = datetime.fromtimestamp(at, _ZONE)
        free = self._door.get("free_hours")
        if free and hold(hours=_hours({"hours": free}), at=local, works=self._works):
            return Mode.FREE
        return _MODES.get(self._door.get("link_down", "rights"), Mode.NORMAL)

    def _wrong(self, at: float) -> list[timedelta]:
        """Return how long ago it saw wrong codes, of those that count."""
        since = max(at - TRIES[-1][0].total_seconds(), self._door.get("tries_since", 0.0))
        while self._tried and self._tried[0] <= since:
            self._tried.popleft()
        return [timedelta(seconds=at - one) for one in self._tried]

    def _holder(self, number: int | None) -> str:
        """Return by which name a holder is counted; of a guest nobody told of yet, his code's."""
        if number is None:
            return ""
        return str(self._entries.get(number, {}).get("holder", f"credential:{number}"))

    def _is_inside(self, number: int | None) -> bool:
        area = self._door.get("area", "")
        return bool(area) and self.panel.is_inside(area=area, holder=self._holder(number))

    def _back_rule(self) -> BackRule:
        """Return the rule of once in: none is kept out by what cannot be known, so it is hard where
        every door of the area is on this panel.
        """
        rule = BackRule(self._door.get("back_rule", "off"))
        seen = self.panel.sees(self._door.get("area_doors", ()))
        return rule if seen or rule is not BackRule.HARD else BackRule.SOFT

    def _right(
        self, entry: Mapping[str, Any] | None, token: Token | None, floor: str, at: float
    ) -> tuple[Term, Grant]:
        """Return the right that is held here; a guest whom nobody told of yet is believed what his
        signed code says, at the doors that it names.
        """
        if entry is None:
            if token is None or not token.guest or self._door.get("number") not in token.doors:
                return Term.NOW, Grant.NONE
            term = _term(token.since, token.until, at) if token.picture else Term.NOW
            return term, Grant.YES
        own = _term(entry.get("from", 0.0), entry.get("until", 0.0), at)
        if own is not Term.NOW:
            return own, Grant.YES
        return _best(entry["rules"], floor, at, self._works)

    def _works(self, day: date) -> bool:
        return bool(self._door.get("works", {}).get(str(day), True))


def _term(since: float, until: float, at: float) -> Term:
    if since and at < since:
        return Term.NOT_YET
    return Term.OVER if until and at >= until else Term.NOW


def _best(
    rules: Sequence[Mapping[str, Any]], floor: str, at: float, works: Callable[[date], bool]
) -> tuple[Term, Grant]:
    terms = [_term(one.get("from", 0.0), one.get("until", 0.0), at) for one in rules]
    now = [one for one, term in zip(rules, terms, strict=True) if term is Term.NOW]
    if not now:
        return (terms[0] if terms else Term.OVER), Grant.YES
    local = datetime.fromtimestamp(at, _ZONE)
    grants = [
        granted(
            hours=_hours(one),
            duty=_hours(one, "duty"),
            not_on_holidays=bool(one.get("rest")),
            at=local,
            works=works,
        )
        for one in now
    ]
    within = [one for one, grant in zip(now, grants, strict=True) if grant is Grant.YES]
    if not within:
        return Term.NOW, best(grants)
    if floor and not any(floor in one.get("floors", [floor]) for one in within):
        return Term.NOW, Grant.FLOOR
    return Term.NOW, Grant.YES


def _hours(rule: Mapping[str, Any], which: str = "hours") -> list[Hours]:
    return [
        Hours(
            days=one["days"],
            starts=time.fromisoformat(one["starts"]),
            ends=time.fromisoformat(one["ends"]),
        )
        for one in rule.get(which, [])
    ]
