"""Which failures of the database pass by themselves, so that the same work may be tried again."""

from django.db import InterfaceError, OperationalError

_SQLITE = ("locked", "busy", "unable to open", "disk is full")
_CLASSES = frozenset({"08", "53"})
"""PostgreSQL's classes: connection lost; disk, memory or connections used up."""
_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03"})
"""PostgreSQL's states: serialisation, deadlock, lock not given; the server stops or starts."""
_FULL_STATE = "53100"


def is_passing(error: BaseException) -> bool:
    """Tell whether the database is only busy, away or full for now.

    Whatever else it refuses, it would refuse again.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if _is_postgres(error):
        state = _state(error)
        return state is None or state[:2] in _CLASSES or state in _STATES
    return any(word in str(error).lower() for word in _SQLITE)


def is_full(error: BaseException) -> bool:
    """Tell whether there is no room left on the database's disk."""
    return _state(error) == _FULL_STATE or "disk is full" in str(error).lower()


def _is_postgres(error: BaseException) -> bool:
    return hasattr(error.__cause__, "sqlstate")


def _state(error: BaseException) -> str | None:
    """Return PostgreSQL's word for it; None where the line broke before it could say one."""
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state
