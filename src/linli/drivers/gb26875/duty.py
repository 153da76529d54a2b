"""Whether somebody is on duty: asked, answered in time, or not."""

from typing import NamedTuple


class _Asked(NamedTuple):
    at: float
    until: float
    order: str
    minutes: int


class Duty:
    """The on-duty check of one transmission device. Of two that are asked the newer counts."""

    def __init__(self) -> None:
        self._asked: _Asked | None = None

    def ask(self, *, order: str, minutes: int, now: float) -> None:
        """The check goes out; sent again, it counts from the first time."""
        if self._asked is None or self._asked.order != order:
            self._asked = _Asked(now, now + minutes * 60.0, order, minutes)

    def drop(self) -> None:
        """The device would not ask."""
        self._asked = None

    def answered(self, now: float) -> dict[str, object]:
        """Somebody pressed confirm; return what is to be told of it, asked or not."""
        asked, self._asked = self._asked, None
        if asked is None:
            return {"asked": False}
        return {"asked": True, "order": asked.order, "after_s": round(now - asked.at, 1)}

    def missed(self, now: float) -> dict[str, object] | None:
        """Return, once, what is to be told of a check that nobody answered in time."""
        asked = self._asked
        if asked is None or now < asked.until:
            return None
        self._asked = None
        return {"order": asked.order, "minutes": asked.minutes, "asked_at": asked.at}
