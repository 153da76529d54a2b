"""An access controller to try a line with: it keeps its events, finds them when it is asked, and
opens its doors; or does none of it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

_ORDER = "/ISAPI/AccessControl/RemoteControl/door/{number}"
_SEARCH, _CLOCK = "/ISAPI/AccessControl/AcsEvent", "/ISAPI/System/time"
_XML = "application/xml"


class Ways(msgspec.Struct, kw_only=True):
    """How it behaves. `cuts_after`: it hangs up instead of answering after so many pages; `most`:
    so many events stand on a page; `says_more` even on its last page; `stuck` gives the first page
    again and again; `clock` is what it says of its time, nothing where empty. `nos` are the
    statuses of HTTP and the words by which it refuses the next searches, `no_clocks` the statuses
    by which it refuses to say its time.
    """

    searches: bool = True
    newest_first: bool = False
    cuts_after: int | None = None
    most: int = 30
    says_more: bool = False
    stuck: bool = False
    clock: str = ""
    nos: list[tuple[int, str]] = []
    no_clocks: list[int] = []
    busy: bool = False
    may_open: bool = True


class KeepingController:
    """`kept` are its events as it shows them; `asked` the searches, `refused` how many of them it
    would not, `opened` the doors and what each was told.
    """

    def __init__(self, *, refused: Callable[[web.Request], web.Response | None]) -> None:
        self.ways = Ways()
        self.kept: list[dict[str, Any]] = []
        self.doors = {1}
        self.asked: list[dict[str, Any]] = []
        self.refused = 0
        self.opened: list[tuple[int, str]] = []
        self._refuses = refused

    def join(self, app: web.Application) -> None:
        """Answer at the addresses of a controller."""
        app.router.add_post(_SEARCH, self._search)
        app.router.add_get(_CLOCK, self._clock)
        app.router.add_put(_ORDER, self._order)

    def keep(self, serial: int, *, at: str, minor: int = 1, door: int = 1, **more: Any) -> None:
        """Keep an event, as one that nobody heard."""
        row = {
            "major": 5,
            "minor": minor,
            "time": at,
            "cardNo": "1234567890",
            "cardType": 1,
            "name": "样例",
            "cardReaderNo": 1,
            "doorNo": door,
            "employeeNoString": "77",
            "serialNo": serial,
        }
        self.kept.append(row | more)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        refused = self._refuses(request)
        if refused is not None:
            return refused
        ways = self.ways
        if not ways.searches:
            return _status(4, "notSupport", http=403)
        if ways.nos:
            self.refused += 1
            http, word = ways.nos.pop(0)
            said = {"statusCode": 4, "statusString": "no", "subStatusCode": word}
            return web.json_response(said, status=http) if word else web.Response(status=http)
        asked = msgspec.json.decode(await request.read())["AcsEventCond"]
        self.asked.append(asked)
        if ways.cuts_after is not None and len(self.asked) > ways.cuts_after:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        starts, ends = (datetime.fromisoformat(asked[name]) for name in ("startTime", "endTime"))
        found = sorted(
            (one for one in self.kept if starts <= datetime.fromisoformat(one["time"]) <= ends),
            key=lambda one: (str(one["time"]), int(one["serialNo"])),
            reverse=ways.newest_first,
        )
        start = 0 if ways.stuck else asked["searchResultPosition"]
        rows = found[start : start + min(ways.most, asked["maxResults"])]
        more = ways.says_more or start + len(rows) < len(found)
        said = {
            "searchID": asked["searchID"],
            "responseStatusStrg": ("MORE" if more else "OK") if rows else "NO MATCH",
            "numOfMatches": len(rows),
            "totalMatches": len(found),
        }
        return web.json_response({"AcsEvent": said | ({"InfoList": rows} if rows else {})})

    async def _clock(self, request: web.Request) -> web.Response:
        refused = self._refuses(request)
        if self.ways.no_clocks:
            return refused or web.Response(status=self.ways.no_clocks.pop(0))
        if refused is not None or not self.ways.clock:
            return refused or web.Response(status=404)
        body = f"<Time><timeMode>manual</timeMode><localTime>{self.ways.clock}</localTime></Time>"
        return web.Response(text=body, content_type=_XML)

    async def _order(self, request: web.Request) -> web.Response:
        refused = self._refuses(request)
        if refused is not None:
            return refused
        number, said = int(request.match_info["number"]), (await request.read()).decode()
        if not self.ways.may_open:
            return _status(4, "lowPrivilege", http=403)
        if self.ways.busy:
            return _status(2, "deviceBusy", http=503)
        if number not in self.doors:
            return _status(6, "badParameters", http=400)
        self.opened.append((number, said))
        return _status(1, "ok")


def _status(number: int, word: str, *, http: int = 200) -> web.Response:
    body = (
        '<ResponseStatus version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
        f"<statusCode>{number}</statusCode><subStatusCode>{word}</subStatusCode></ResponseStatus>"
    )
    return web.Response(text=body, content_type=_XML, status=http)
