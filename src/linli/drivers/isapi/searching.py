"""The search for events that an access controller kept: what is asked, and what is read of a page.

Modelled on AccessControl/AcsEvent as public programs ask it of DS-K1T terminals and controllers;
the vendor's document was not at hand. A search goes by time, in pages of thirty at most; its last
page may say `MORE` all the same, so that it is over where a page is empty, or says `OK` and holds
the last of `totalMatches`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import alerts
from linli.drivers.isapi.alerts import Alert

PATH = "/ISAPI/AccessControl/AcsEvent?format=json"
CLOCK = "/ISAPI/System/time"
JSON = "application/json"
A_PAGE = 30
_LONGEST = 1024 * 1024
_MORE = "MORE"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found. `rows` is how many it holds, `bad` how many of them are no event;
    `more` says that there may be others after it.
    """

    found: Sequence[Alert]
    rows: int
    bad: int
    more: bool


def request(*, search: str, position: int, since: float, until: float) -> bytes:
    """Return what is posted for the page at a position, of all types; times are epoch seconds."""
    condition = {
        "searchID": search,
        "searchResultPosition": position,
        "maxResults": A_PAGE,
        "major": 0,
        "minor": 0,
        "startTime": _said(since),
        "endTime": _said(until),
    }
    return msgspec.json.encode({"AcsEventCond": condition})


def page(data: bytes, *, position: int) -> Page:
    """Return a page.

    :raises BadFrame: if it is none
    """
    if len(data) > _LONGEST:
        raise BadFrame(f"a page of {len(data)} bytes, at most {_LONGEST} are read")
    try:
        said = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise BadFrame(f"no JSON: {wrong}"[:200]) from None
    inner = said.get("AcsEvent") if isinstance(said, dict) else None
    if not isinstance(inner, dict):
        raise BadFrame("JSON that is no AcsEvent")
    rows: Any = inner.get("InfoList") or []
    if not isinstance(rows, list):
        raise BadFrame("an InfoList that is none")
    found = [alert for row in rows if (alert := alerts.kept(row)) is not None]
    total, last = inner.get("totalMatches"), position + len(rows)
    more = inner.get("responseStatusStrg") == _MORE or (isinstance(total, int) and total > last)
    return Page(found=found, rows=len(rows), bad=len(rows) - len(found), more=more and bool(rows))


def clock(data: bytes) -> float | None:
    """Return the controller's own time, epoch seconds; None where it says none.

    :raises BadFrame: if it is no XML
    """
    return alerts.moment(markup.text(markup.read(data), "localTime"))


def _said(at: float) -> str:
    return datetime.fromtimestamp(int(at), alerts.CHINA).isoformat()
