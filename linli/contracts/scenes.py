"""What the rest of the system may know of scenes and modes."""

from linli.kernel.event import Event


class SceneSwitched(Event, frozen=True, kw_only=True):
    scene: str
    on: bool
    by: int
    reason: str


class ModeSet(Event, frozen=True, kw_only=True):
    place: str
    mode: str
    value: str
    by: int | None = None
