"""A camera at a lane to try a line with: it signs in, tells cars, and anything else over HTTP."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Self

import aiohttp
import msgspec
from aiosipua import parse_auth

from linli.drivers import digest
from linli.drivers.isapi.peer import JPEG

_TYPE = "application/VIID+JSON;charset=UTF-8"
_ASKED_TO_SIGN = 401
PLATE, WHOLE, DRIVER, FACE = "02", "01", "04", "11"
"""What a picture shows."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera was answered. `codes` are the status codes in it, `ids` whose they are."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def codes(self) -> list[int]:
        return [row["StatusCode"] for row in self._rows()]

    @property
    def ids(self) -> list[str]:
        return [row["Id"] for row in self._rows()]

    def _rows(self) -> list[Any]:
        listed = self.body.get("ResponseStatusListObject")
        return listed["ResponseStatusObject"] if listed else [self.body["ResponseStatusObject"]]


def picture(
    content: bytes = JPEG, *, type: str = PLATE, at: str = "20260605103000", device: str = ""
) -> dict[str, Any]:
    """Return a picture as a camera sends it."""
    return {
        "ImageID": f"{device}02{at}00001",
        "EventSort": 1,
        "DeviceID": device,
        "StoragePath": "",
        "Type": type,
        "FileFormat": "Jpeg",
        "ShotTime": at,
        "Width": 320,
        "Height": 120,
        "Data": b64encode(content).decode(),
    }


def car(
    plate: str,
    *,
    device: str,
    serial: int = 1,
    at: str = "20260605103000",
    pictures: Sequence[Mapping[str, Any]] = (),
    **more: object,
) -> dict[str, Any]:
    """Return a motor vehicle as a camera sends it; `serial` tells apart those of one second."""
    source = f"{device}02{at}{serial:05d}"
    return {
        "MotorVehicleID": f"{source}0200001",
        "InfoKind": 1,
        "SourceID": source,
        "DeviceID": device,
        "LeftTopX": 0,
        "LeftTopY": 0,
        "RightBtmX": 0,
        "RightBtmY": 0,
        "LaneNo": 1,
        "HasPlate": "1" if plate else "0",
        "PlateClass": "02",
        "PlateColor": "5",
        "PlateNo": plate or "无车牌",
        "PlateReliability": "98",
        "Direction": "9",
        "VehicleColor": "99",
        "PassTime": at,
        "SubImageList": {"SubImageInfoObject": list(pictures)},
        **more,
    }


class VehicleCamera:
    """A peer. Use it as a context: it keeps one connection."""

    def __init__(
        self, *, id: str, password: str, port: int, user: str = "", host: str = "127.0.0.1"
    ) -> None:
        self.id = id
        self._user = user or id
        self._password = password
        self._there = f"http://127.0.0.1:{port}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(local_addr=(host, 0)), trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def sign_in(self, *, password: str | None = None) -> int:
        """Register with a digest, as asked; return the last status."""
        return (await self._signed("Register", password)).status

    async def sign_out(self) -> int:
        """Say goodbye; return the last status."""
        return (await self._signed("UnRegister", None)).status

    async def _signed(self, what: str, password: str | None) -> Heard:
        path, body = f"/VIID/System/{what}", {f"{what}Object": {"DeviceID": self.id}}
        first = await self.post(path, body)
        if first.status != _ASKED_TO_SIGN:
            return first
        signature = self.signature(first, path=path, password=password)
        return await self.post(path, body, headers={"Authorization": signature})

    def signature(self, asked: Heard, *, path: str, password: str | None = None) -> str:
        """Return the value of Authorization that answers a challenge."""
        said = parse_auth(asked.headers["WWW-Authenticate"]).params
        count, chance = "00000001", "0a4f113b"
        response = digest.response(
            user=self._user,
            realm=said["realm"],
            password=self._password if password is None else password,
            method="POST",
            uri=path,
            nonce=said["nonce"],
            extra=f"{count}:{chance}:{said['qop']}",
        )
        return (
            f'Digest username="{self._user}", realm="{said["realm"]}", nonce="{said["nonce"]}", '
            f'uri="{path}", qop={said["qop"]}, nc={count}, cnonce="{chance}", response="{response}"'
        )

    async def beat(self) -> Heard:
        """Say that it is still there."""
        return await self.post("/VIID/System/Keepalive", {"KeepaliveObject": {"DeviceID": self.id}})

    async def time(self) -> Heard:
        """Ask for the time."""
        return await self.ask("GET", "/VIID/System/Time", None)

    async def tell(self, *cars: Mapping[str, Any]) -> Heard:
        """Post cars."""
        return await self.post(
            "/VIID/MotorVehicles", {"MotorVehicleListObject": {"MotorVehicleObject": list(cars)}}
        )

    async def post(
        self, path: str, body: object, *, headers: Mapping[str, str] | None = None
    ) -> Heard:
        """Post anything: bytes as they are, all else as JSON."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.ask("POST", path, raw, headers=headers)

    async def ask(
        self,
        method: str,
        path: str,
        raw: bytes | None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Heard:
        """Make any request."""
        head = {"Content-Type": _TYPE, "User-Identify": self.id, **(headers or {})}
        async with self._session.request(
            method, f"{self._there}{path}", data=raw, headers=head
        ) as answer:
            body = msgspec.json.decode(await answer.read())
            return Heard(status=answer.status, body=body, headers=dict(answer.headers))
