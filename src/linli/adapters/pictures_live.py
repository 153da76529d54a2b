"""The picture of a door by WebRTC. Each viewer has a child process of his own, which alone loads
what that takes and ends with him: nothing of it stays in our memory.
"""

from collections.abc import Callable
from functools import partial
from threading import Thread

import msgspec

from linli.adapters import beside
from linli.adapters.beside import Beside
from linli.contracts.visits import Offer
from linli.kernel.fault import Fault

_MOST = 3
"""So many look at once: a picture costs a part of a core, and about 80 MB while it is seen."""
_ASK_AGAIN_S = 2.0
_LONGEST_S = 180


class PictureFailed(Fault):
    """The picture cannot be shown: too many look, the camera is away, or the offer is none."""

    key = "visits.picture_failed"
    status = 503


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is told on its first line. `outside`: browsers elsewhere may see it."""

    source: str
    sdp: str
    outside: bool
    longest_s: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the child says on its first line: its answer (SDP), or why there is none."""

    sdp: str = ""
    failed: str = ""


_beside = Beside("linli.adapters.pictures_child")
_children = _beside.children


def answer(offer: Offer, *, outside: bool, goes_on: Callable[[Offer], bool], spare: int = 0) -> str:
    """Return the answer to an offer (SDP), while a child begins to send the picture. It ends when
    the browser leaves, when its call no longer `goes_on`, and after three minutes. `spare`: so many
    more may look than others may.

    :raises PictureFailed: if too many look, or the child says why not
    """
    child = _beside.start(most=_MOST + spare)
    if child is None:
        raise PictureFailed(reason="too_many")
    wish = Wish(source=offer.source, sdp=offer.sdp, outside=outside, longest_s=_LONGEST_S)
    line = beside.said(child, msgspec.json.encode(wish) + b"\n")
    try:
        told = msgspec.json.decode(line, type=Shown)
    except msgspec.DecodeError:
        told = Shown(failed="no_answer")
    if not told.sdp:
        child.kill()
        raise PictureFailed(reason=told.failed or "no_answer")
    on = partial(goes_on, offer)
    minding = partial(beside.mind, child, on, ask_again_s=_ASK_AGAIN_S)
    Thread(target=minding, daemon=True).start()
    return told.sdp
