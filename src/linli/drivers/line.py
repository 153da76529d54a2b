"""What a driver is: how it reads one frame, how it keeps a line, how it takes a push.

A driver is a folder. Its `driver.py` holds `DRIVER`, its `decoding.py` holds `DECODERS`; both are
found by the folder's name and read only when they are wanted. A *line* is a device of the register
with a way in its options (`listen`, `connect`); its *members* are the devices below it that speak
the same protocol, each with its address on the line. The live half runs one `Running` a line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from linli.contracts.asking import Told
from linli.devices.model import ThingModel
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading
from linli.kernel.words import Words

Decoder = Callable[[str, Mapping[str, str]], dict[str, Any]]
"""One frame as text (hex, bits or JSON, as its protocol is told) and options, to its fields.

:raises BadFrame: if it is no whole, right frame
"""


class Wired(msgspec.Struct, frozen=True, kw_only=True):
    """A device as its driver sees it. `options` are those of the driver, checked.

    `map` is the catalogue's table of how its thing model stands on this wire
    (`catalog/wires/<driver>/*.toml`), as the driver's own `map` type; None where there is none.
    """

    community: str
    code: str
    model: ThingModel
    address: str
    gateway: str | None
    options: Any
    map: Any = None


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A command on its way to a device. The same `id` may come again: it is one command. `again`
    says that it went out before and was not answered, perhaps before a restart.
    """

    id: str
    service: str
    args: Mapping[str, float | str | bool]
    expires_at: float
    again: bool = False


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of readings: how many were taken, and why the others were not, by index."""

    taken: int
    refused: Sequence[tuple[int, str]] = ()


class Station(Protocol):
    """The live half, as a line sees it. Devices are named by code, of the line's community."""

    def now(self) -> float:
        """Return the time, epoch seconds."""

    async def bring(self, device: str, readings: Sequence[Reading]) -> Taken:
        """Take readings of a device; return when they are on disk. It waits while the log is full.

        Acknowledge to the sender only after it returned.
        """

    def came(self, device: str) -> None:
        """A device is there: it was heard, it signed in. Saying it again costs nothing."""

    def went(self, device: str, reason: str) -> None:
        """A device is gone; `reason` is a word as `silent`, `hung_up`, `no_answer`."""

    def answered(self, device: str, order: str, *, ok: bool, reason: str = "") -> None:
        """A device did, or would not do, what it was told."""

    async def ask(self, device: str, question: Question) -> Told:
        """Put a device's question to whoever answers it; `BUSY` where nobody did in time, or could
        for now. What it shows (a plate) is in the question and nowhere else. Who asks bounds how
        many are under way.
        """

    async def settled(self) -> None:
        """Return when what was answered until now is on disk. Acknowledge an answer only then."""

    def refused(self, device: str, reason: str, sample: bytes = b"") -> None:
        """Count something that was not understood, so that an operator sees it."""

    def stranger(self, address: str, *, about: Mapping[str, str], sample: bytes = b"") -> None:
        """Somebody unknown spoke on this line: he is shown to the operator, who may let him in.

        `about` says what he said of himself: `model` (a thing model's id, if it can be told),
        `name`, `serial`, `vendor`.
        """

    def picture(
        self, device: str, content: bytes, *, at: float | None = None, event: str = ""
    ) -> None:
        """Hand on what a camera says is a picture: taken when, for which event. It never waits;
        one that is too large, or comes too soon after many others, is dropped and counted.
        """

    def frame(self, device: str, way: str, data: bytes) -> None:
        """Keep a raw frame for the engineer; `way` is `in` or `out`. The last few are kept."""

    def mark(self) -> str:
        """Return what was kept last of how far this line was heard, also before a restart; "" where
        nothing was.
        """

    async def keep_mark(self, mark: str) -> None:
        """Keep how far this line was heard, in the driver's own words; return when it is on disk.
        Where the disk refuses, the one before stands: the operator sees it.
        """


class Running(Protocol):
    """One line at work."""

    async def run(self) -> None:
        """Listen, or dial and dial again with back-off, until cancelled.

        :raises OSError: if it cannot listen; the live half shows it and tries again
        """

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; False where there is no way to it now. Its answer goes to the station."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a platform, or a device, made at our HTTP door. Names of headers are small."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a push said of one device. `address` is its address on the wire; `online` None where it
    does not tell; `answers` are (order id, ok, reason).
    """

    address: str
    readings: Sequence[Reading] = ()
    online: bool | None = None
    answers: Sequence[tuple[str, bool, str]] = ()
    about: Mapping[str, str] = {}


class Pictured(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was pushed: of which device, by its address on the wire, and for what."""

    address: str
    content: bytes
    at: float | None = None
    event: str = ""


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was pushed: of which device, by its address on the wire. `keeps`: it tells
    what has happened, so that where nobody could be asked the sender is to send all of it again.
    """

    address: str
    question: Question
    keeps: bool = False


class PushTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver makes of a push. `reply` is the body that its sender is to get with the 200; he
    does not hear the answer to what he `asked`. `unknown` is what of it no table has, each with the
    address that it is of: it is counted, and the rest taken.

    `stored` is called when all of it is on disk: only then is a copy of it one that came before.
    """

    said: Sequence[Said] = ()
    asked: Sequence[Inquiry] = ()
    pictures: Sequence[Pictured] = ()
    unknown: Sequence[tuple[str, str]] = ()
    reply: bytes = b""
    content_type: str = "application/json"
    stored: Callable[[], None] | None = None


class NotSigned(Exception):
    """A push whose signature is missing or wrong."""


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No options."""


def _any_member(member: Wired) -> None:
    """Refuse none."""
    del member


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol. `line` and `member` are frozen structs of options (`forbid_unknown_fields`).

    `map` is the type of its tables in `catalog/wires/<name>/`. `secrets` are the names of options
    that nobody is shown. `run` keeps a line; `push` reads what is posted to
    `/push/v1/<community>/<line>/<name>`, given the line and its members by address, and raises
    BadFrame, BadPayload or NotSigned. Where `signs` is false the request must carry the line's
    own secret. `cover` returns what an engineer may be shown of a frame: no plate, no number.
    `member_fits` raises ValueError where no member may be registered so, as for its address.
    """

    name: str
    words: Words
    line: type[msgspec.Struct] = Nothing
    member: type[msgspec.Struct] = Nothing
    map: type[msgspec.Struct] | None = None
    secrets: frozenset[str] = frozenset()
    run: Callable[[Wired, Sequence[Wired], Station], Running] | None = None
    push: Callable[[Push, Wired, Mapping[str, Wired], float], PushTaken] | None = None
    signs: bool = False
    cover: Callable[[bytes], bytes] = bytes
    member_fits: Callable[[Wired], None] = _any_member
