"""Every door of the API and who may pass it, read from the doors themselves."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from linli.foundation.identity.sensitive import Sensitive
from linli.web.api import api

ANYBODY, SIGNED_IN, UNGUARDED = "anybody", "signed in", ""
"""Who passes a door that asks for no permission."""

_OPEN = {
    "open_door": ANYBODY,
    "stranger": ANYBODY,
    "signed_in": SIGNED_IN,
    "signed_in_afresh": SIGNED_IN,
}


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path. The first of `permissions` that is held opens it; `everywhere`: only
    to who holds it in the whole community; `fresh`: only soon after a factor was shown,
    for it is this sensitive act; with `when`, only where the address says so.
    """

    method: str
    path: str
    permissions: tuple[str, ...] = ()
    passes: str = UNGUARDED
    everywhere: bool = False
    fresh: Sensitive | None = None
    when: str = ""

    @property
    def asks_permission(self) -> bool:
        """Tell whether a role decides."""
        return bool(self.permissions)


def doors() -> list[Door]:
    """Return every door, in the order of path and method."""
    return sorted(_doors(), key=lambda door: (door.path, door.method))


def _doors() -> Iterator[Door]:
    for path, views in _views():
        for operation in views.operations:
            for method in operation.methods:
                yield _door(method, path, operation.auth_callbacks)


def _views() -> Iterator[tuple[str, Any]]:
    for prefix, router in api._routers:  # noqa: SLF001 - ninja has no other way to list doors
        for path, views in router.path_operations.items():
            yield f"/{prefix.strip('/')}{path}".replace("//", "/"), views


def _door(method: str, path: str, guards: list[Callable[..., object]]) -> Door:
    guard = guards[0] if guards else None
    permission = getattr(guard, "permission", "")
    if not permission:
        name = getattr(guard, "__name__", "")
        fresh = getattr(guard, "fresh", None)
        return Door(method=method, path=path, passes=_OPEN.get(name, ""), fresh=fresh)
    return Door(
        method=method,
        path=path,
        permissions=getattr(guard, "permissions", (permission,)),
        everywhere=getattr(guard, "everywhere", False),
        fresh=getattr(guard, "fresh", None),
        when=getattr(guard, "when", ""),
    )
