"""The lanes of 和睦里: cameras see residents' cars come and go, and ask before the arm rises."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from linli.app.demo.devices import Thing
from linli.app.demo.plan import plan
from linli.app.demo.world import NoSuch

_EVERY_S = 20.0
"""So often a car comes to a lane, on the average."""
_CLOSES_AFTER_S = 8.0
_DRIVERS = 60
"""So many cars of each garage are driven; their homes pay by the month, or nothing."""
_RAMPS = {"bar-g1-ramp": "hml/g1", "bar-g2-ramp": "hml/g2"}


class Lanes:
    """The cameras of all lanes; each arm rises by what its camera is answered."""

    def __init__(self, things: Sequence[Thing]) -> None:
        self._cameras = sorted(one.code for one in things if one.model == "parking_barrier")
        self._random = Random("lanes")  # noqa: S311 - who drives when, no secrets
        self._cars = {
            ramp: [car.plate for home in plan().homes for car in home.cars if car.garage == garage][
                :_DRIVERS
            ]
            for ramp, garage in _RAMPS.items()
            if ramp in self._cameras
        }
        self._inside: set[str] = set()
        self._next = 0.0
        self._count = 0
        self._closing: dict[str, float] = {}
        self._driven: list[tuple[str, dict[str, Any]]] = []

    def step(self, now: float) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield what cameras ask now."""
        driven, self._driven = self._driven, []
        for camera, body in driven:
            yield camera, self._question(body, now)
        if self._cars and now >= self._next:
            self._next = now + self._random.expovariate(1 / _EVERY_S)
            yield self._somebody(now)

    def closing(self, now: float) -> list[str]:
        """Return the arms that fall now."""
        due = [code for code, at in self._closing.items() if at <= now]
        for code in due:
            del self._closing[code]
        return due

    def drive(self, camera: str, direction: str, plate: str) -> str:
        """Let a car stand at a lane, whoever's it is.

        :raises NoSuch: if there is no such lane
        """
        if camera not in self._cameras:
            raise NoSuch(f"no lane {camera!r}: {', '.join(self._cameras)}")
        self._driven.append((camera, {"plate": plate, "direction": direction}))
        return f"{camera}: {plate or '无牌车'} {direction}"

    def follow(self, camera: str, direction: str, plate: str) -> str:
        """Let a second car drive through behind the one before it; without a plate, the camera
        did not read it.

        :raises NoSuch: if there is no such lane
        """
        said = self.drive(camera, direction, plate)
        self._driven[-1][1]["ask"] = "lane.followed"
        return said

    def answered(self, camera: str, payload: bytes, now: float) -> bool:
        """Take the answer to a question; tell whether the arm rises."""
        said = msgspec.json.decode(payload)
        passed = said.get("reason") == "followed"  # the arm is up, and falls when it would have
        rises = camera in self._cameras and bool(said.get("ok")) and not passed
        if rises:
            self._closing[camera] = now + _CLOSES_AFTER_S
        return rises

    def _somebody(self, now: float) -> tuple[str, Mapping[str, Any]]:
        ramp = self._random.choice(sorted(self._cars))
        plate = self._random.choice(self._cars[ramp])
        inside = plate in self._inside
        (self._inside.discard if inside else self._inside.add)(plate)
        direction = "out" if inside else "in"
        return ramp, self._question({"plate": plate, "direction": direction}, now)

    def _question(self, body: Mapping[str, Any], now: float) -> Mapping[str, Any]:
        self._count += 1
        sure = round(0.9 + self._random.random() / 10, 3)
        return {
            "id": f"lane-{now:.3f}-{self._count}",
            "ask": "lane.seen",
            "confidence": sure,
            "at": round(now, 3),
            "replayed": False,
            **body,
        }
