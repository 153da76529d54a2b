"""What the library leaves open to whoever sends it datagrams, closed from outside."""

import struct
from collections.abc import Callable
from typing import Any


def bound_memory(manager: Any, *, most: int) -> None:
    """Hear no more messages while so many are remembered, which the library does without bound.

    A message that is not heard is sent again by who wants an answer (RFC 7252 section 4.2).
    """
    hear: Callable[[Any], None] = manager.dispatch_message

    def hear_bounded(message: Any) -> None:
        if len(manager._recent_messages) < most:  # noqa: SLF001 - nothing else tells
            hear(message)

    manager.dispatch_message = hear_bounded


def refuse_odd_bytes(interface: Any, refused: Callable[[bytes], None]) -> None:
    """Refuse datagrams whose options are no text or no number: the library's reader raises."""
    read: Callable[..., None] = interface.datagram_msg_received

    def read_guarded(data: bytes, *more: Any) -> None:
        try:
            read(data, *more)
        except (ValueError, LookupError, struct.error):
            refused(data)

    interface.datagram_msg_received = read_guarded
