"""`./linli decode ocpp`: a message of OCPP-J, and which versions' schemas allow it."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.line import Decoder
from linli.drivers.ocpp import schemas
from linli.drivers.ocpp.codec import Call, Error, Result, Version, Violation, decode


def read(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    """Return kind and id; of a call its action, payload and versions, with what is `wrong` where
    none allows it; of an error its code and description.

    :raises BadFrame: if it is no message
    """
    match decode(text.strip().encode()):
        case Call(id=name, action=action, payload=payload):
            told = {"kind": "call", "id": name, "action": action, "payload": dict(payload)}
            return told | _allowed(action, dict(payload))
        case Result(id=name, payload=payload):
            return {"kind": "result", "id": name, "payload": dict(payload)}
        case Error(id=name, code=code, description=words, details=details):
            about = {"description": words, "details": dict(details)}
            return {"kind": "error", "id": name, "code": code, **about}


def _allowed(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    allowed: list[str] = []
    wrong: dict[str, str] = {}
    for version in Version:
        try:
            schemas.check_call(version=version, action=action, payload=payload)
            allowed.append(version.number)
        except Violation as bad:
            wrong[version.number] = str(bad)
    return {"versions": allowed} if allowed else {"versions": [], "wrong": wrong}


DECODERS: dict[str, Decoder] = {"ocpp": read}
