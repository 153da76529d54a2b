"""How the loop touches records: elsewhere, so that it does not wait."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class InRecords(Protocol):
    """Does what it is given where records are touched, and returns what came of it."""

    async def __call__(self, call: Callable[[], T], /) -> T: ...
