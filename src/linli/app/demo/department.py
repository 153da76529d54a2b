"""The demo's department: a grid centre on this machine, which takes cases over, tells a little
later what became of them, and compares its list with ours. Nobody works there.
"""

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from linli.app.demo import cashier, credentials
from linli.domains.exchange.logic.workorder import signed_receipt
from linli.foundation import ids, signing, sm3
from linli.foundation.signing import Packed, Shown

log = logging.getLogger("linli.department")

CODE, APP, FILE = "grid-centre", "linli-hml", "department.json"
_LATER_S = 8.0
_LARGEST = 256 * 1024
_STATE, _TEXT = "已办结", "网格中心已派人到场处理完毕。（演示）"

Tell = Callable[[Packed], int]


class Kept(NamedTuple):
    """A line of its lists: a message that came (`in`, its body by its SM3), or that went out."""

    way: str
    number: str
    body: str
    at: float


class Department:
    """The department's side of the line: signed by the same key, listed in a file of its own.

    :param url: where what it tells is posted
    """

    def __init__(self, *, key: bytes, url: str, file: Path, tell: Tell) -> None:
        self._key, self._url, self._file, self._tell = key, url, file, tell
        self._lock = threading.Lock()
        self._in: dict[str, Kept] = {}
        self._out: dict[str, Kept] = {}
        if file.exists():
            for line in file.read_text("utf-8").splitlines():
                self._note(Kept(*json.loads(line)))

    def _note(self, kept: Kept) -> None:
        (self._in if kept.way == "in" else self._out).setdefault(kept.number, kept)

    def _keep(self, kept: Kept) -> bool:
        """Write a message down; tell whether it is a new one."""
        with self._lock:
            if kept.number in (self._in if kept.way == "in" else self._out):
                return False
            self._note(kept)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(kept, ensure_ascii=False) + "\n")
        return True

    def answer(self, shown: Shown, now: datetime) -> bytes | None:
        """Return the receipt for a message; None if it was not signed just now."""
        if not signing.is_signed(shown, key=self._key, app=APP, now=now):
            return None
        said: dict[str, Any] = json.loads(shown.body)
        number, lists = said["number"], {}
        if shown.path.endswith("/orders"):
            came = Kept("in", number, sm3.digest(shown.body), now.timestamp())
            if self._keep(came):
                self._later(number, said["case"]["number"])
        if shown.path.endswith("/resends"):
            for wanted in said["numbers"]:
                if wanted in self._out:
                    self.say(self._out[wanted])
        if shown.path.endswith("/comparisons"):
            lists = self._lists(said)
        return signed_receipt(key=self._key, number=number, receipt=f"W{number[:24]}", **lists)

    def _later(self, number: str, case: str) -> None:
        """Tell a little later what became of a case; where the demo stops before, nobody tells."""
        timer = threading.Timer(_LATER_S, self.conclude, [number, case])
        timer.daemon = True
        timer.start()

    def conclude(self, number: str, case: str) -> int:
        """Say that a case is done; return how the platform answered."""
        said = {"number": f"R{number[:60]}", "kind": "result", "case": case,
                "state": _STATE, "title": "", "text": _TEXT}  # fmt: skip
        told = Kept("out", said["number"], json.dumps(said, ensure_ascii=False), time.time())
        self._keep(told)
        return self.say(told)

    def say(self, kept: Kept) -> int:
        """Post what was told, signed now; return the status, 0 where nobody answers."""
        return self._tell(
            signing.packed(
                url=self._url, key=self._key, app=APP, body=kept.body.encode(),
                at=datetime.now(UTC), nonce=ids.new()[:16],
            )
        )  # fmt: skip

    def _lists(self, said: dict[str, Any]) -> dict[str, tuple[tuple[str, str], ...]]:
        since, until = (
            datetime.fromisoformat(said[name]).timestamp() for name in ("since", "until")
        )
        received = [one for one in self._in.values() if since <= one.at < until]
        sent = [one for one in self._out.values() if since <= one.at < until]
        return {
            "received": tuple((one.number, one.body) for one in received),
            "sent": tuple((one.number, sm3.digest(one.body.encode())) for one in sent),
        }


def key(installation: str) -> bytes:
    """Return the key that the demo and its department hold, of an installation's own secret."""
    return sm3.mac(credentials.device_secret(key=installation, code=CODE).encode(), b"department")


def where(home: Path) -> str:
    """Return the address at which the department is reached."""
    return f"http://127.0.0.1:{cashier.where(home, FILE)}/api"


def serve(*, home: Path, installation: str, url: str, community: str) -> ThreadingHTTPServer | None:
    """Open the department beside the demo, in threads; None where none was sown."""
    file = home / FILE
    if not file.exists():
        return None
    side = Department(
        key=key(installation),
        url=f"{url}/api/v1/{community}/departments/{CODE}/messages",
        file=home / "department" / "list.jsonl",
        tell=_told,
    )
    port = json.loads(file.read_text("utf-8"))["port"]
    server = ThreadingHTTPServer(("127.0.0.1", port), _doors(side))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="department", daemon=True).start()
    return server


def _told(packed: Packed) -> int:
    asked = urllib.request.Request(  # noqa: S310 - the platform's own address, of our making
        packed.url, data=packed.body, headers=packed.headers, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except OSError as error:
        log.warning("told in vain: %s", error)
        return int(getattr(error, "code", 0))


def _doors(side: Department) -> type[BaseHTTPRequestHandler]:
    class Doors(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = min(int(self.headers.get("content-length") or 0), _LARGEST)
            headers = {name.lower(): value for name, value in self.headers.items()}
            shown = Shown(
                path=urlsplit(self.path).path, headers=headers, body=self.rfile.read(size)
            )
            found = side.answer(shown, datetime.now(UTC))
            self.send_response(200 if found else 401)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Doors
