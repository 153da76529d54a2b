"""cEMI messages of the link layer, and addresses. Modelled on KNX 3/6/3 clause 4.1 and 3/3/7, as
xknx 4.0.0 does it.
"""

import msgspec

from linli.drivers.frames import BadFrame

REQUEST, INDICATION, CONFIRMATION = 0x11, 0x29, 0x2E
MESSAGES = {
    0x10: "L_Raw.req",
    0x11: "L_Data.req",
    0x13: "L_Poll_Data.req",
    0x25: "L_Poll_Data.con",
    0x29: "L_Data.ind",
    0x2B: "L_Busmon.ind",
    0x2D: "L_Raw.ind",
    0x2E: "L_Data.con",
    0x2F: "L_Raw.con",
    0xF0: "M_Reset.ind",
    0xF1: "M_Reset.req",
    0xF5: "M_PropWrite.con",
    0xF6: "M_PropWrite.req",
    0xF7: "M_PropInfo.ind",
    0xFB: "M_PropRead.con",
    0xFC: "M_PropRead.req",
}
READ, RESPONSE, WRITE = 0x000, 0x040, 0x080
_GROUP_SERVICES = (READ, RESPONSE, WRITE)
_LOW_PRIORITY = 3
_STANDARD_LENGTH = 15


class Cemi(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the link layer. `data` is the payload; `small` where it is six bits of the
    service itself. `apci` is None in a message that only controls a connection, whose TPCI is
    `control`; `other` is the body of a message that is no L_Data.
    """

    code: int
    src: int = 0
    dst: int = 0
    group: bool = True
    apci: int | None = None
    data: bytes = b""
    small: bool = False
    priority: int = _LOW_PRIORITY
    hops: int = 6
    repeated: bool = False
    failed: bool = False
    extended: bool = False
    tpci: int = 0
    more: bytes = b""
    other: bytes = b""


def group_text(number: int) -> str:
    """Return a group address in three levels: 5, 3 and 8 bits."""
    return f"{number >> 11}/{number >> 8 & 7}/{number & 255}"


def individual_text(number: int) -> str:
    """Return an individual address: area, line, device."""
    return f"{number >> 12}.{number >> 8 & 15}.{number & 255}"


def group(text: str) -> int:
    """Return the number of a group address as `1/2/3`.

    :raises ValueError: if it is none, or 0/0/0, which is everybody
    """
    main, middle, sub = (int(part) for part in text.split("/"))
    number = main << 11 | middle << 8 | sub
    if not (0 <= main < 32 and 0 <= middle < 8 and 0 <= sub < 256 and number):  # noqa: PLR2004
        raise ValueError(f"no group address: {text!r}")
    return number


def individual(text: str) -> int:
    """Return the number of an individual address as `1.1.5`.

    :raises ValueError: if it is none
    """
    area, line, device = (int(part) for part in text.split("."))
    if not (0 <= area < 16 and 0 <= line < 16 and 0 <= device < 256):  # noqa: PLR2004
        raise ValueError(f"no individual address: {text!r}")
    return area << 12 | line << 8 | device


def read(data: bytes) -> Cemi:
    """Return a message of the link layer (3/6/3 4.1.4 and 4.1.5.3).

    :raises BadFrame: if it is not whole and right
    """
    if len(data) < 2:  # noqa: PLR2004
        raise BadFrame("no cEMI message")
    code, more_size = data[0], data[1]
    if code not in MESSAGES:
        raise BadFrame(f"no cEMI message {code:02X}")
    if code not in (REQUEST, INDICATION, CONFIRMATION):
        return Cemi(code=code, other=data[1:])
    more, rest = data[2 : 2 + more_size], data[2 + more_size :]
    _check_more(more, more_size)
    if len(rest) < 8 or len(rest) != rest[6] + 8:  # noqa: PLR2004
        raise BadFrame("the cEMI message is not as long as it says")
    ctrl1, ctrl2 = rest[0], rest[1]
    standard = bool(ctrl1 & 0x80)
    if ctrl1 & 0x40 or ctrl2 & 0x0F:
        raise BadFrame(f"control {ctrl1:02X} {ctrl2:02X} has reserved bits")
    if standard and rest[6] > _STANDARD_LENGTH:
        raise BadFrame(f"a standard message of {rest[6]} bytes")
    tpci, apci, payload, small = _transport(rest[7:])
    return Cemi(
        code=code,
        src=int.from_bytes(rest[2:4]),
        dst=int.from_bytes(rest[4:6]),
        group=bool(ctrl2 & 0x80),
        apci=apci,
        data=payload,
        small=small,
        priority=ctrl1 >> 2 & 3,
        hops=ctrl2 >> 4 & 7,
        repeated=not ctrl1 & 0x20,
        failed=bool(ctrl1 & 1),
        extended=not standard,
        tpci=tpci,
        more=more,
    )


def _check_more(more: bytes, size: int) -> None:
    """Walk through additional information: type, length, data, again and again."""
    at = 0
    while at < len(more):
        at += 2 + (more[at + 1] if at + 1 < len(more) else size)
    if at != size:
        raise BadFrame("the additional information is not as long as it says")


def _transport(tpdu: bytes) -> tuple[int, int | None, bytes, bool]:
    """Return TPCI, APCI, payload, and whether the payload is six bits of the APCI itself."""
    tpci = tpdu[0] & 0xFC
    if tpci & 0x80:
        if len(tpdu) != 1:
            raise BadFrame("a transport control with data")
        return tpdu[0], None, b"", False
    if len(tpdu) == 1:
        raise BadFrame("a message without its service")
    code = int.from_bytes(tpdu[:2]) & 0x3FF
    low = code & 0x3F
    if code & 0x3C0 not in _GROUP_SERVICES:
        return tpci, code, tpdu[2:], False
    if (len(tpdu) > 2 and low) or (code & 0x3C0 == READ and (low or len(tpdu) > 2)):  # noqa: PLR2004
        raise BadFrame(f"APCI {code:03X} has a value that its length leaves no room for")
    if code == READ:
        return tpci, READ, b"", False
    if len(tpdu) == 2:  # noqa: PLR2004
        return tpci, code & 0x3C0, bytes((low,)), True
    return tpci, code, tpdu[2:], False


def write(said: Cemi) -> bytes:
    """Return a message of the link layer as bytes."""
    if said.code not in (REQUEST, INDICATION, CONFIRMATION):
        return bytes((said.code,)) + said.other
    tpdu = _tpdu(said)
    ctrl1 = (not said.extended) << 7 | (not said.repeated) << 5 | 0x10
    ctrl1 |= said.priority << 2 | said.failed
    ctrl2 = said.group << 7 | said.hops << 4
    head = bytes((said.code, len(said.more))) + said.more + bytes((ctrl1, ctrl2))
    return head + said.src.to_bytes(2) + said.dst.to_bytes(2) + bytes((len(tpdu) - 1,)) + tpdu


def _tpdu(said: Cemi) -> bytes:
    if said.apci is None:
        return bytes((said.tpci,))
    code = said.tpci << 8 | said.apci
    if said.small:
        return (code | said.data[0]).to_bytes(2)
    return code.to_bytes(2) + said.data
