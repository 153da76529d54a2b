"""Payloads against the JSON schemas of the Open Charge Alliance, as the library `ocpp` ships them.

Both ways: what comes is answered with the right code, what goes is never wrong.
"""

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError
from ocpp.messages import MessageType, get_validator

from linli.drivers.ocpp.codec import Code, Payload, Version, Violation

_TENTHS = {"SetChargingProfile", "RemoteStartTransaction", "GetCompositeSchedule"}
"""Of 1.6: their limits are multiples of 0.1, which only decimals can be."""
_CODES = {
    "additionalProperties": Code.FORMAT,
    "required": Code.OCCURRENCE,
    "minItems": Code.OCCURRENCE,
    "maxItems": Code.OCCURRENCE,
    "type": Code.TYPE,
}
"""By the rule of the schema that is broken; any other is a value out of its set or range.

OCPP-J 1.6 §4.2.3 and OCPP 2.0.1 part 4 §4.3 name the codes; which rule is which, they leave open.
"""
_ORDER = [Code.FORMAT, Code.OCCURRENCE, Code.TYPE, Code.PROPERTY]


def check_call(*, version: Version, action: str, payload: Payload) -> None:
    """Let pass a call that its schema allows.

    :raises Violation: with the code for its sender; NotImplemented for an action that is none
    """
    validator = _validator(version, action, MessageType.Call)
    if validator is None:
        raise Violation(Code.NOT_IMPLEMENTED, f"no action {action[:60]!r}")
    _check(validator, version, action, payload)


def check_result(*, version: Version, action: str, payload: Payload) -> None:
    """Let pass a result that the schema of its action allows.

    :raises Violation: if it does not
    """
    validator = _validator(version, action, MessageType.CallResult)
    if validator is None:
        raise Violation(Code.NOT_IMPLEMENTED, f"no action {action[:60]!r}")
    _check(validator, version, action, payload)


def in_words_of(version: Version, code: Code) -> Code:
    """Return the code as a version spells it."""
    return Code.FORMAT_16 if version is Version.V16 and code is Code.FORMAT else code


def _check(validator: Any, version: Version, action: str, payload: Payload) -> None:
    tenths = version is Version.V16 and action in _TENTHS
    found = list(validator.iter_errors(_in_decimals(payload) if tenths else payload))
    if found:
        code, error = min(
            ((_code(error), error) for error in found), key=lambda each: _ORDER.index(each[0])
        )
        where = "/".join(str(part) for part in error.absolute_path)
        raise Violation(in_words_of(version, code), f"{where}: {error.message}"[:200])


def _code(error: ValidationError) -> Code:
    return _CODES.get(str(error.validator), Code.PROPERTY)


def _in_decimals(payload: Payload) -> Any:
    return json.loads(json.dumps(payload, default=float), parse_float=Decimal)


def _validator(version: Version, action: str, kind: int) -> Draft4Validator | None:
    """Return what validates an action; only names of letters and digits reach the disk."""
    if not action.isalnum() or not action.isascii() or action not in _actions(version):
        return None
    tenths = version is Version.V16 and action in _TENTHS
    validator: Draft4Validator = get_validator(
        kind, action, version.number, parse_float=Decimal if tenths else float
    )
    return validator


@cache
def _actions(version: Version) -> frozenset[str]:
    """Return the actions that a version has schemas for."""
    folder = files("ocpp") / f"v{version.number.replace('.', '')}" / "schemas"
    names = {entry.name.removesuffix(".json") for entry in folder.iterdir()}
    ends = {name.removesuffix("Response") for name in names if name.endswith("Response")}
    return frozenset(ends)
