"""A device that a test has in its hand: it stands on the line and does as standard input says.

    peer.py HOST PORT COMMUNITY/DEVICE SECRET

A line of JSON each: `{"topic": "readings", "body": …}` is said, with `"for": "code"` on behalf of
who stands behind it; `{"refuse": "no_space"}` is its answer to commands from now on; with
`{"refuse": ""}` it does them, and tells the version of what it was brought.
"""

import asyncio
import json
import sys

from linli.app.demo.line import Line


class Peer:
    """One device; `refuses` is why it does nothing."""

    def __init__(self, *, address: tuple[str, int], username: str, secret: str) -> None:
        community, device = username.split("/")
        self._community = community
        self._root = f"v1/{community}/{device}"
        self.refuses = ""
        self.line = Line(
            address=address,
            device=device,
            username=username,
            secret=secret,
            will=(f"{self._root}/status", b"offline"),
            listen=[f"{self._root}/commands"],
            hear=self._hear,
        )

    def say(self, topic: str, body: object, behind: str = "") -> None:
        """Say something on a topic of its own, or of who stands behind it."""
        root = f"v1/{self._community}/{behind}" if behind else self._root
        self.line.say(f"{root}/{topic}", json.dumps(body).encode())

    async def _hear(self, _: str, payload: bytes) -> None:
        order = json.loads(payload)
        self.say("acks", {"id": order["id"], "ok": not self.refuses, "reason": self.refuses})
        if not self.refuses and order["service"] == "firmware.update":
            version = order["args"]["version"]
            self.say("events", {"event": "firmware_reported", "version": version})


async def main(host: str, port: str, username: str, secret: str) -> None:
    """Stand on the line until standard input ends."""
    peer = Peer(address=(host, int(port)), username=username, secret=secret)
    standing = asyncio.create_task(peer.line.run())
    while line := await asyncio.to_thread(sys.stdin.readline):
        said = json.loads(line)
        if "refuse" in said:
            peer.refuses = said["refuse"]
        else:
            peer.say(said["topic"], said["body"], said.get("for", ""))
    standing.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
