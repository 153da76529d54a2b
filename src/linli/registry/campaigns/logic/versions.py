"""Versions compared, and what a release may be."""

import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from linli.devices.model import Service, ThingModel
from linli.devices.software import CONFIG_REPORTED, FIRMWARE_REPORTED
from linli.registry.campaigns.logic.faults import (
    BadSettings,
    BadVersion,
    CannotReport,
    ModelCannot,
    WrongDigest,
)

FIRMWARE, CONFIG = "firmware", "config"
KINDS = (FIRMWARE, CONFIG)
SERVICES: Mapping[str, tuple[str, ...]] = {
    FIRMWARE: ("firmware.update", "charger.upgrade"),
    CONFIG: ("config.set",),
}
"""By kind of release: the services that bring it; a model has one of them."""

ACK, REPORTED = "ack", "reported"
PROOFS = (ACK, REPORTED)

MOST_IMAGE_BYTES = 64 * 1024 * 1024
LONGEST_SETTINGS = 2_000
_MOST_SETTINGS = 100
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,47}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REPORTS: Mapping[str, frozenset[str]] = {
    FIRMWARE: frozenset({FIRMWARE_REPORTED, "booted", "firmware_told"}),
    CONFIG: frozenset({CONFIG_REPORTED}),
}

Setting = str | int | float | bool
_Part = tuple[int, int, str]


def check_version(version: str) -> None:
    """Refuse what is no version.

    :raises BadVersion: if it is none, or longer than 48
    """
    if not _VERSION.fullmatch(version):
        raise BadVersion(version=version[:60])


def rank(version: str) -> tuple[tuple[_Part, ...], int, tuple[_Part, ...]]:
    """Return what versions are compared by: number by number, and `2.0-rc1` before `2.0`.

    What stands after a `+` is left out, as Semantic Versioning 2.0.0, clause 10, has it.
    """
    main, dash, early = version.partition("+")[0].lstrip("vV").partition("-")
    return _parts(main), 0 if dash else 1, _parts(early)


def _parts(text: str) -> tuple[_Part, ...]:
    found = [
        (1, int(word), "") if word.isdecimal() else (0, 0, word.lower())
        for word in re.findall(r"\d+|[A-Za-z]+", text)
    ]
    while found and found[-1] == (1, 0, ""):
        found.pop()
    return tuple(found)


def service(*, model: ThingModel, kind: str) -> tuple[str, Service]:
    """Return the service by which a model is brought a kind of release, and its name.

    :raises ModelCannot: if it has none
    """
    for name in SERVICES.get(kind, ()):
        if name in model.services:
            return name, model.services[name]
    raise ModelCannot(model=model.id, kind=kind[:20])


def proof(*, model: ThingModel, kind: str, wanted: str = "") -> str:
    """Return what proves that a device has a release: its own word of its version where its model
    can say one (`reported`), else its acknowledgement (`ack`).

    :raises CannotReport: if its own word is wanted and it has none
    """
    can = not _REPORTS[kind].isdisjoint(model.events)
    if wanted == REPORTED and not can:
        raise CannotReport(model=model.id, kind=kind)
    return wanted or (REPORTED if can else ACK)


def check_digest(*, told: str, found: str) -> None:
    """Refuse an image that is not the one whose SHA-256 (hex) was told; none told is none checked.

    :raises WrongDigest: if it is another, or no SHA-256 was told
    """
    word = told.strip().lower()
    if word and (not _DIGEST.fullmatch(word) or word != found):
        raise WrongDigest(told=told[:70], found=found)


def settings(text: str) -> dict[str, Setting]:
    """Return the settings of a configuration, from a JSON object of names and plain values.

    :raises BadSettings: if it is none, is empty or too long, or a name or value is odd
    """
    try:
        found = msgspec.json.decode(text, type=dict[str, Setting])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadSettings(why="not_plain_values") from error
    if not 0 < len(found) <= _MOST_SETTINGS or len(canonical(found)) > LONGEST_SETTINGS:
        raise BadSettings(why="too_many_or_none")
    odd = next((name for name in found if not _NAME.fullmatch(name)), None)
    if odd is not None:
        raise BadSettings(why=f"name {odd[:40]!r}")
    return found


def canonical(found: Mapping[str, Setting]) -> str:
    """Return settings as the one text that they are signed and sent as."""
    return msgspec.json.encode(dict(sorted(found.items()))).decode()


def digest(text: str) -> str:
    """Return the SHA-256 (hex) of a text."""
    return sha256(text.encode()).hexdigest()
