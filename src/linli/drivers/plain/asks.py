"""What a device asks and waits for, and what it is told: JSON objects."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.plain.codec import parsed
from linli.drivers.reading import BadPayload

_ID, _KIND = "id", "ask"
_LONGEST_ID, _LONGEST_KIND = 64, 32
_encoder = msgspec.json.Encoder()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question: `kind` says whose it is, `body` is what else was said."""

    id: str
    kind: str
    body: dict[str, Any]


def question(payload: bytes) -> Question:
    """Return the question of `{"id": …, "ask": …, …}`.

    :raises BadPayload: if it is no such JSON
    """
    found = parsed(payload)
    if not isinstance(found, dict):
        raise BadPayload("not_a_question")
    body = {name: value for name, value in found.items() if name not in {_ID, _KIND}}
    return Question(
        id=_word(found.get(_ID), _LONGEST_ID),
        kind=_word(found.get(_KIND), _LONGEST_KIND),
        body=body,
    )


def _word(said: object, longest: int) -> str:
    if not isinstance(said, str) or not 0 < len(said) <= longest or not said.isprintable():
        raise BadPayload("not_a_question")
    return said


def answer(*, id: str, ok: bool, reason: str, body: Mapping[str, Any]) -> bytes:
    """Return an answer as a device hears it."""
    said: dict[str, Any] = {**body, _ID: id, "ok": ok}
    if reason:
        said["reason"] = reason
    return _encoder.encode(said)
