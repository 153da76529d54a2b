"""Talking at a door by WebRTC: sound between the browser of whoever answered and the panel. Each
line has a child process of its own, as pictures have; a call has one line, the newest.
"""

from collections.abc import Callable
from functools import partial
from threading import Lock, Thread

import msgspec

from linli.adapters import beside
from linli.adapters.beside import Beside, Child
from linli.contracts.visits import Panel, TalkAnswer, TalkOffer
from linli.kernel.fault import Fault

_MOST = 6
"""So many talk at once: a line costs a tenth of a core, and about 95 MB, while it lasts."""
_ASK_AGAIN_S = 1.0
_LONGEST_S = 200


class TalkFailed(Fault):
    """Nobody can talk at this door: too many do, its panel is away, or the offer is none."""

    key = "visits.talk_failed"
    status = 503


class TalkWish(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is told on its first line. `outside`: browsers elsewhere may talk."""

    source: str
    panel: Panel | None
    sdp: str
    outside: bool
    longest_s: int


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the child says on its first line: its answer (SDP) and what the line can do, or why
    there is none.
    """

    sdp: str = ""
    hears: bool = False
    speaks: bool = False
    why: str = ""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What the child says on its last line: for how long the door was spoken to."""

    spoke_s: float


class Lines:
    """The lines that are open, by their calls."""

    def __init__(
        self,
        module: str,
        *,
        outside: bool,
        goes_on: Callable[[TalkOffer], bool],
        ended: Callable[[TalkOffer, float], None],
    ) -> None:
        self._beside = Beside(module)
        self._outside = outside
        self._goes_on, self._ended = goes_on, ended
        self._lines: dict[tuple[str, int], Child] = {}
        self._lock = Lock()

    def answer(self, offer: TalkOffer) -> TalkAnswer:
        """Answer an offer, while a child begins to carry the sound. It ends when the browser
        leaves, when its line no longer `goes_on`, and after three minutes; then it is told how
        long the door was spoken to (s).

        :raises TalkFailed: if too many talk, or the child says why not
        """
        self._end_before(offer)
        child = self._beside.start(most=_MOST)
        if child is None:
            raise TalkFailed(reason="too_many")
        told = self._told(child, offer)
        if not told.sdp:
            beside.end(child)
            raise TalkFailed(reason=told.why or "no_answer")
        with self._lock:
            self._lines[offer.community, offer.call] = child
        Thread(target=self._mind, args=(child, offer), daemon=True).start()
        return TalkAnswer(sdp=told.sdp, hears=told.hears, speaks=told.speaks, why=told.why)

    def _end_before(self, offer: TalkOffer) -> None:
        """End the line that this one takes the place of: a panel has one channel for talking."""
        with self._lock:
            before = self._lines.pop((offer.community, offer.call), None)
        if before is not None:
            beside.end(before)

    def _told(self, child: Child, offer: TalkOffer) -> Answered:
        wish = TalkWish(
            source=offer.source,
            panel=offer.panel,
            sdp=offer.sdp,
            outside=self._outside,
            longest_s=_LONGEST_S,
        )
        line = beside.said(child, msgspec.json.encode(wish) + b"\n")
        try:
            return msgspec.json.decode(line, type=Answered)
        except msgspec.DecodeError:
            return Answered(why="no_answer")

    def _mind(self, child: Child, offer: TalkOffer) -> None:
        try:
            beside.mind(child, partial(self._goes_on, offer), ask_again_s=_ASK_AGAIN_S)
        finally:
            with self._lock:
                if self._lines.get((offer.community, offer.call)) is child:
                    del self._lines[offer.community, offer.call]
            self._ended(offer, _spoken(child))


def _spoken(child: Child) -> float:
    """Return for how long a child that has ended spoke (s); nothing if it was cut off."""
    lines = child.stdout.read().splitlines() if child.stdout is not None else []
    try:
        return msgspec.json.decode(lines[-1] if lines else b"", type=Ended).spoke_s
    except msgspec.DecodeError:
        return 0.0
