"""Remembering what came, and no more of it than fits: the oldest is forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Lately(Generic[_Key, _Value]):
    """The last `most` keys that were kept, each with its value."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: _Key) -> bool:
        return key in self._kept

    def get(self, key: _Key) -> _Value | None:
        """Return what was kept under a key, None where nothing was or it is forgotten."""
        return self._kept.get(key)

    def keep(self, key: _Key, value: _Value) -> None:
        """Keep a value; its key is the newest now."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, key: _Key) -> None:
        """Forget a key, if it is there."""
        self._kept.pop(key, None)
