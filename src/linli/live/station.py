"""The live half, as one line of a field protocol sees it: `drivers.line.Station` of a community."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from linli.contracts import asking
from linli.contracts.asking import Told
from linli.contracts.pictures import Spooled
from linli.drivers.line import Taken
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading
from linli.live.door import CLEAN_GOODBYE, LiveDoor, Visitor, Waiter
from linli.live.gate import Gate
from linli.live.kept_frames import KeptFrames
from linli.live.log import Log
from linli.live.marks import Marks
from linli.live.pictures import Spool
from linli.live.plans import ReadingPlan
from linli.live.strangers import Strangers

_log = logging.getLogger(__name__)
_PICTURE_OLD_S, _PICTURE_AHEAD_S = 600.0, 60.0
_LINE_DOWN, _REMOVED = "line_down", "removed"


AskOfDevice = Callable[[str, Question], Awaitable[Told]]


async def nobody(device: str, question: Question) -> Told:
    """Answer nothing: nobody is there who does."""
    del device, question
    return asking.NOBODY


class LineStation:
    """Takes what one line says. `line` is the code of its device.

    What the register says of a device may change at any time: plans are made anew then (`relearn`).
    """

    def __init__(
        self,
        *,
        line: str,
        gate: Gate,
        log: Log,
        door: LiveDoor,
        frames: KeptFrames,
        strangers: Strangers,
        pictures: Spool | None = None,
        marks: Marks | None = None,
        ask: AskOfDevice = nobody,
    ) -> None:
        self._line = line
        self._ask = ask
        self._gate = gate
        self._log = log
        self._door = door
        self._frames = frames
        self._strangers = strangers
        self._pictures = pictures
        self._marks = marks
        self._plans: dict[str, ReadingPlan | None] = {}
        self._visitors: dict[str, Visitor] = {}
        self._present: set[str] = set()
        self._own = frozenset({line})

    def now(self) -> float:
        """Return the time, epoch seconds."""
        return time.time()

    async def bring(self, device: str, readings: Sequence[Reading]) -> Taken:
        """Take readings of a device; return when they are on disk, however long that takes."""
        visitor = self._visitor(device)
        while self._door.full(visitor):
            await _called(lambda resume: self._door.wait(visitor, resume))
        plan = self._plan(device)
        if plan is None:
            return Taken(taken=0, refused=[(n, "unknown_device") for n in range(len(readings))])
        mark = self._door.begin(visitor)
        answered = plan.take_readings(readings)
        stored = asyncio.Event()
        self._door.end(visitor, mark, b"\0", Waiter(stored.set))
        await stored.wait()
        return Taken(taken=answered.taken, refused=answered.refused)

    def came(self, device: str) -> None:
        """A device is there."""
        if device not in self._present and device in self._own and device in self._gate.devices:
            self._present.add(device)
            visitor = self._visitor(device)
            self._door.came(visitor, self)
            self._door.listens(visitor)

    def went(self, device: str, reason: str) -> None:
        """A device is gone."""
        if device in self._present:
            self._present.discard(device)
            self._door.went(self._visitor(device), self, reason)

    def answered(self, device: str, order: str, *, ok: bool, reason: str = "") -> None:
        """A device answered an order."""
        self._gate.now = time.time()
        self._gate.answered(device, order, ok=ok, reason=reason)
        self._log.kick()

    async def ask(self, device: str, question: Question) -> Told:
        """Put a device's question to whoever answers it; only those of this line may ask."""
        if device not in self._own or device not in self._gate.devices:
            return asking.NOBODY
        return await self._ask(device, question)

    async def settled(self) -> None:
        """Return when what was answered until now is on disk, however long that takes."""
        stored = asyncio.Event()
        self._log.when_stored(Waiter(stored.set))
        await stored.wait()

    def refused(self, device: str, reason: str, sample: bytes = b"") -> None:
        """Count what was not understood."""
        self._gate.refusals.count(device or self._line, reason, sample=_shown(sample))

    def stranger(self, address: str, *, about: Mapping[str, str], sample: bytes = b"") -> None:
        """Show somebody unknown to the operator."""
        self._strangers.heard(
            line=self._line, address=address, about=about, sample=_shown(sample), at=time.time()
        )

    def picture(
        self, device: str, content: bytes, *, at: float | None = None, event: str = ""
    ) -> None:
        """Hand on a picture. One whose time is far from now gets the time of its arrival."""
        now = time.time()
        if at is None or not now - _PICTURE_OLD_S < at < now + _PICTURE_AHEAD_S:
            at = now
        picture = Spooled(device=device, line=self._line, at=at, event=event, content=content)
        if device in self._own and self._pictures is not None:
            self._pictures.put(picture, now=now)

    def frame(self, device: str, way: str, data: bytes) -> None:
        """Keep a raw frame."""
        self._frames.keep(device or self._line, way=way, data=data, at=time.time())

    def mark(self) -> str:
        """Return what was kept last of how far this line was heard."""
        return self._marks.read(self._line) if self._marks is not None else ""

    async def keep_mark(self, mark: str) -> None:
        """Keep how far this line was heard."""
        if self._marks is None:
            return
        try:
            await self._marks.write(self._line, mark)
        except OSError as error:
            _log.warning("the mark of line %s was not kept", self._line, exc_info=True)
            self.refused(self._line, "mark_not_kept", str(error).encode())

    @property
    def up(self) -> bool:
        """Whether the line itself is there."""
        return self._line in self._present

    @property
    def there(self) -> int:
        """Return how many devices are there."""
        return len(self._present - {self._line})

    def relearn(self, members: Collection[str]) -> None:
        """The register changed: make plans anew, let go of who is no member any more."""
        self._own = frozenset(members) | {self._line}
        for device in list(self._present - self._own):
            self.went(device, _REMOVED if device in self._gate.devices else CLEAN_GOODBYE)
        self._plans.clear()
        self._visitors = {
            code: visitor for code, visitor in self._visitors.items() if code in self._gate.devices
        }

    def down(self) -> None:
        """The line is down, and everybody on it with it."""
        for device in list(self._present):
            self.went(device, _LINE_DOWN)

    def _plan(self, device: str) -> ReadingPlan | None:
        if device not in self._plans:
            plan = self._gate.plan(device, "readings")
            self._plans[device] = plan if isinstance(plan, ReadingPlan) else None
        return self._plans[device]

    def _visitor(self, device: str) -> Visitor:
        found = self._visitors.get(device)
        if found is None:
            found = Visitor(gate=self._gate, log=self._log, device=device)
            self._visitors[device] = found
        return found


def _shown(sample: bytes) -> bytes:
    """Return a sample as an engineer reads it: text as it is, other bytes as hex."""
    return sample if sample.isascii() else sample.hex(" ").encode()


async def _called(give: Callable[[Callable[[], None]], None]) -> None:
    """Wait until a callback that is given away is called."""
    called = asyncio.Event()
    give(called.set)
    await called.wait()
