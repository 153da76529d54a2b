"""The templates of faces in a simulated device, each under the number of its credential alone: they
are taken there, never leave it, and that one is deleted is said until it was heard.
"""

from collections.abc import Container, Mapping, Sequence


class Faces:
    """What one device knows of faces."""

    def __init__(self) -> None:
        self._held: list[int] = []
        self._gone: set[int] = set()
        self._said: frozenset[int] = frozenset()

    def take(self, number: int) -> None:
        """Take the face of whoever stands there."""
        self._held = [*(one for one in self._held if one != number), number]
        self._gone.discard(number)

    def delete(self, number: int) -> None:
        """Hold none of this number, from now on."""
        self._held = [one for one in self._held if one != number]
        self._gone.add(number)

    def keep(self, numbers: Container[int]) -> None:
        """Delete all but those of these numbers."""
        for number in [one for one in self._held if one not in numbers]:
            self.delete(number)

    def of(self, text: str) -> int | None:
        """Return whose face it knows: of this number, or that which was taken last where none is
        named; None where it does not know it.
        """
        known = [one for one in self._held if not text or str(one) == text]
        return known[-1] if known else None

    def receipts(self) -> Mapping[str, Sequence[int]]:
        """Return what it says of itself: which it holds, and which it has deleted."""
        self._said = frozenset(self._gone)
        return {"held": sorted(self._held), "gone": sorted(self._gone)}

    @property
    def unheard(self) -> bool:
        """Whether it has deleted any of which it was not heard yet."""
        return bool(self._gone)

    def heard(self) -> None:
        """What it said last is on record."""
        self._gone -= self._said
        self._said = frozenset()
