"""Instants as OCPP writes them (RFC 3339), both ways."""

from datetime import UTC, datetime

from linli.drivers.ocpp.codec import Code, Violation


def read(text: str) -> float:
    """Return epoch seconds; an instant without a zone is taken for UTC.

    :raises Violation: if it is no instant
    """
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise Violation(Code.PROPERTY, f"no instant: {text[:40]!r}") from error


def written(at: float) -> str:
    """Return an instant in UTC, to the millisecond."""
    found = datetime.fromtimestamp(at, UTC)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
