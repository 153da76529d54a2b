"""OCPP-J messages: JSON arrays to frozen structs and back.

OCPP-J 1.6 §4.2 and OCPP 2.0.1 part 4 §4.2: `[2, id, action, {…}]` a call, `[3, id, {…}]` its
result, `[4, id, code, description, {…}]` its error.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from linli.drivers.frames import BadFrame

NO_ID = "-1"
"""Stands for the id of a message whose own could not be read (OCPP 2.0.1 part 4 §4.2.3)."""
LONGEST_ID = 36
_CALL, _RESULT, _ERROR = 2, 3, 4
_LEAST = {_CALL: 4, _RESULT: 3, _ERROR: 4}
_LONGEST_WORDS = 255
_ID = re.compile(rb'^\s*\[\s*2\s*,\s*"([^"\\]{1,36})"')

Payload = Mapping[str, Any]


class Version(StrEnum):
    """A subprotocol of the WebSocket, and the name of the library's schemas for it."""

    V16 = "ocpp1.6"
    V201 = "ocpp2.0.1"

    @property
    def number(self) -> str:
        return self.removeprefix("ocpp")


class Code(StrEnum):
    """What is wrong with a call. Two are misspelled by the standard itself, and stay so."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL = "InternalError"
    PROTOCOL = "ProtocolError"
    SECURITY = "SecurityError"
    FORMAT_16 = "FormationViolation"
    FORMAT = "FormatViolation"
    PROPERTY = "PropertyConstraintViolation"
    OCCURRENCE = "OccurenceConstraintViolation"
    TYPE = "TypeConstraintViolation"
    FRAMEWORK = "RpcFrameworkError"


class Violation(Exception):
    """A call that breaks the rules; `code` is what its sender is told."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


class BadMessage(BadFrame):
    """A message that is none; `id` is its own where it could be read."""

    def __init__(self, code: Code, why: str, *, id: str = NO_ID) -> None:
        super().__init__(why)
        self.code = code
        self.id = id


class UnknownKind(BadFrame):
    """A message type that is none of ours. OCPP-J 1.6 §4.1.3: it is to be ignored."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    action: str
    payload: Payload


class Result(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    payload: Payload


class Error(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    code: str
    description: str = ""
    details: Payload = {}


Message = Call | Result | Error


def decode(data: bytes) -> Message:
    """Return the message of a text frame.

    :raises BadMessage: if it is none, with the code that a call is to be answered with
    :raises UnknownKind: if its type is none of 2, 3 and 4
    """
    try:
        parts = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage(Code.FORMAT, f"no JSON: {error}", id=_salvaged(data)) from error
    if not isinstance(parts, list) or not parts:
        raise BadMessage(Code.PROTOCOL, "not a list of parts")
    kind = parts[0]
    if isinstance(kind, bool) or not isinstance(kind, int) or kind not in _LEAST:
        raise UnknownKind(f"message type {kind!r:.40} is none")
    name = parts[1] if len(parts) > 1 else None
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise BadMessage(Code.FORMAT, f"the id is no text of 1 to {LONGEST_ID} characters")
    if len(parts) < _LEAST[kind]:
        raise BadMessage(Code.PROTOCOL, f"{len(parts)} parts, {_LEAST[kind]} needed", id=name)
    return _message(kind, name, parts)


def _message(kind: int, id: str, parts: list[Any]) -> Message:
    if kind == _ERROR:
        details = parts[4] if len(parts) > _LEAST[_ERROR] else {}
        return Error(
            id=id,
            code=str(parts[2])[:_LONGEST_WORDS],
            description=str(parts[3])[:_LONGEST_WORDS],
            details=details if isinstance(details, dict) else {},
        )
    payload = parts[-1] if len(parts) == _LEAST[kind] else None
    if not isinstance(payload, dict):
        raise BadMessage(Code.FORMAT, "the payload is no object, or not last", id=id)
    if kind == _RESULT:
        return Result(id=id, payload=payload)
    if not isinstance(parts[2], str):
        raise BadMessage(Code.FORMAT, "the action is no text", id=id)
    return Call(id=id, action=parts[2], payload=payload)


def _salvaged(data: bytes) -> str:
    """Return the id at the head of a call that broke off later."""
    found = _ID.match(data[: LONGEST_ID * 4])
    return found[1].decode("utf-8", "replace")[:LONGEST_ID] if found else NO_ID


def encode(message: Message) -> str:
    """Return the text frame of a message. Decimals are written as numbers."""
    match message:
        case Call():
            parts: list[Any] = [_CALL, message.id, message.action, message.payload]
        case Result():
            parts = [_RESULT, message.id, message.payload]
        case Error():
            words = message.description[:_LONGEST_WORDS]
            parts = [_ERROR, message.id, message.code, words, message.details]
    return _encoder.encode(parts).decode()


_encoder = msgspec.json.Encoder(decimal_format="number")
