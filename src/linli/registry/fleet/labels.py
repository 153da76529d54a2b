"""The text on a device's label, `LINLI:1:<model>:<serial>:<check>`: written, read, checked.

`check` is the CRC-16 (CCITT, polynomial 1021, begun at FFFF) of all before the last colon, as four
hexadecimal digits: any one wrong sign, and any two that changed places, are noticed.

A printed QR code holds it behind the address of this installation, so that any phone opens the page
of the device by it: `https://linli.example/hml/l/LINLI:1:…`.
"""

import binascii
import re
from hashlib import blake2b
from urllib.parse import quote, unquote

import msgspec

from linli.kernel.fault import Fault

KIND, VERSION = "LINLI", "1"
MOST_LABELS = 200
LONGEST_CODE = 48
_PARTS = 5
_PAGE = "l"
_MODEL = re.compile(r"[a-z][a-z0-9_]{1,63}")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}")


class BadLabel(Fault):
    """It is no label of ours, or was read wrongly: `why` is kind, version, model, serial, check."""

    key = "fleet.bad_label"
    status = 422


class NoLabel(Fault):
    """Devices without a serial, or with one that no label can hold, have no label."""

    key = "fleet.no_label"
    status = 422


class LabelElsewhere(Fault):
    """It stands on a device that this person does not see."""

    key = "fleet.label_elsewhere"


class LabelUnknown(Fault):
    """Nobody entered the device that it stands on."""

    key = "fleet.label_unknown"
    status = 404


class NoLabelsAsked(Fault):
    key = "fleet.no_labels_asked"
    status = 422


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a label says."""

    model: str
    serial: str


def check_of(text: str) -> str:
    """Return the check of what stands before it."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def fits(*, model: str, serial: str) -> bool:
    """Tell whether a label can hold this."""
    return bool(_MODEL.fullmatch(model) and _SERIAL.fullmatch(serial))


def write(*, model: str, serial: str) -> str:
    """Return the text of a label of a model and serial that `fits`."""
    text = f"{KIND}:{VERSION}:{model}:{serial}"
    return f"{text}:{check_of(text)}"


def link(*, base: str, community: str, text: str) -> str:
    """Return the address that a QR code holds; `base` is where this installation is reached."""
    return f"{base.rstrip('/')}/{community}/{_PAGE}/{quote(text, safe=':')}"


def _bare(text: str) -> str:
    """Return the text of a label, which may stand behind an address."""
    found = text.strip()
    if "://" not in found:
        return found
    return unquote(found.partition("://")[2].partition(f"/{_PAGE}/")[2])


def read(text: str) -> Label:
    """Return what a label says, alone or in the address of its QR code; blanks around it are no
    part of it.

    :raises BadLabel: if it is none of ours, or was read wrongly
    """
    text = _bare(text)
    parts = text.split(":")
    if parts[0] != KIND or len(parts) != _PARTS:
        raise BadLabel(why="kind")
    if parts[1] != VERSION:
        raise BadLabel(why="version")
    before, _, check = text.rpartition(":")
    if not before.isascii() or check_of(before) != check.upper():
        raise BadLabel(why="check")
    if not _MODEL.fullmatch(parts[2]):
        raise BadLabel(why="model")
    if not _SERIAL.fullmatch(parts[3]):
        raise BadLabel(why="serial")
    return Label(model=parts[2], serial=parts[3])


def code_of(label: Label, *, attempt: int = 1) -> str:
    """Return a code for a device: always the same for one label, another for each attempt."""
    text = re.sub(r"[^a-z0-9]+", "-", f"{label.model}-{label.serial}".lower()).strip("-")
    tail = f"-{attempt}" if attempt > 1 else ""
    if len(text) + len(tail) > LONGEST_CODE:
        digest = blake2b(f"{label.model}:{label.serial}".encode(), digest_size=4).hexdigest()
        text = f"{text[: LONGEST_CODE - len(digest) - 1 - len(tail)].strip('-')}-{digest}"
    return text + tail


def check_wanted(codes: list[str]) -> None:
    """Refuse a sheet of no labels, or of more than one prints.

    :raises NoLabelsAsked: if it is so
    """
    if not 0 < len(codes) <= MOST_LABELS:
        raise NoLabelsAsked(most=MOST_LABELS)
