"""What somebody sent by HTTP, as the web half hands it to the live half on the bus."""

import msgspec


class Pushed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one request of a device, or of a platform, brought. `secret` is what it showed.

    With a `driver`, `device` is the line of a platform, and the request is its driver's to read.
    `wait_s` is how long one who fetches would wait.
    """

    device: str
    secret: str
    content_type: str
    body: bytes
    driver: str = ""
    what: str = "readings"
    method: str = "POST"
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    wait_s: float = 0.0
