"""OneNET as a driver: pushes signed with the line's token, and its check of our address."""

from collections.abc import Mapping

import msgspec

from linli.drivers.line import Driver, Nothing, NotSigned, Push, PushTaken, Said, Wired
from linli.drivers.named import find, from_values, scalar
from linli.drivers.once import Lately
from linli.drivers.onenet.codec import Envelope, Item, envelope, is_signed, items, texts
from linli.drivers.payload.table import Table, asked
from linli.drivers.reading import BadPayload, Reading
from linli.kernel.words import Words

_COPIES = 20_000
_OLDEST_S = 6 * 86_400.0
"""Beyond seven days the gate holds a clock for wrong, and a reading for one of now."""
_PRESENCE_FRESH_S = 900.0
_Key = tuple[str, str, str]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`token`: the word that was agreed with OneNET for this push address."""

    token: str = ""


class Pushes:
    """Takes signed pushes, each nonce with its signature once. Its memory is bounded, and gone
    after a restart: then the time that is signed with it tells what a replay may still do. The gate
    flags its readings as duplicate or late; presence counts only while it is fresh.
    """

    def __init__(self) -> None:
        self._came: Lately[_Key, None] = Lately(most=_COPIES)

    def take(self, push: Push, line: Wired, members: Mapping[str, Wired], now: float) -> PushTaken:
        """Return what a push says; to a GET, the message that proves that we know the token.

        :raises NotSigned: if the signature is missing or wrong, or the line has no token
        :raises BadPayload: if it cannot be read
        """
        token = line.options.token if isinstance(line.options, Line) else ""
        if push.method == "GET":
            return _checked(push.query, token)
        found = envelope(push.body)
        message = _signed(found, token)
        key = (f"{line.community}/{line.code}", found.nonce, found.signed)
        if key in self._came:
            return PushTaken()
        said = [_said(_timely(item, now), members) for item in items(message)]
        return PushTaken(said=said, stored=lambda: self._came.keep(key, None))


def _signed(found: Envelope, token: str) -> bytes:
    """Return the message of an envelope.

    :raises NotSigned: if it is not signed with the token
    """
    for message in texts(found):
        if is_signed(token=token, nonce=found.nonce, message=message, signature=found.signed):
            return message
    raise NotSigned


def _timely(item: Item, now: float) -> Item:
    """Return what of an item still counts at its age.

    :raises BadPayload: if it says no time, or one at which the gate would take it for news
    """
    if item.at is None:
        raise BadPayload("no_time")
    if item.at < now - _OLDEST_S:
        raise BadPayload("too_old")
    if item.online is not None and item.at < now - _PRESENCE_FRESH_S:
        return msgspec.structs.replace(item, online=None)
    return item


def _checked(query: Mapping[str, str], token: str) -> PushTaken:
    message = query.get("msg", "")
    signature = query.get("signature", "")
    nonce = query.get("nonce", "")
    if not is_signed(token=token, nonce=nonce, message=message.encode(), signature=signature):
        raise NotSigned
    return PushTaken(reply=message.encode(), content_type="text/plain")


def _said(item: Item, members: Mapping[str, Wired]) -> Said:
    member = find(members, item.imei, item.device_id)
    if member is None:
        address = item.imei or item.device_id
        return Said(address=address, about={"serial": item.device_id} if item.device_id else {})
    readings = _readings(item, member) if item.stream else []
    return Said(
        address=member.address,
        readings=readings,
        online=True if readings else item.online,
        answers=[item.answer] if item.answer else (),
    )


def _readings(item: Item, member: Wired) -> list[Reading]:
    """Return one value of a stream, or the values of the object that it holds.

    :raises BadPayload: if it cannot be read
    """
    table = member.map
    if isinstance(table, Table):
        found = table.read_value(item.stream, item.value, at=item.at)
        if found is not None:
            return asked(found, model=member.model)
    if isinstance(item.value, dict):
        return from_values(item.value, member=member, at=item.at)
    if item.value is None:
        raise BadPayload("not_a_value")
    return asked([Reading(item.stream, scalar(item.value), item.at)], model=member.model)


_pushes = Pushes()

DRIVER = Driver(
    name="onenet",
    words=Words(zh="NB-IoT（移动 OneNET）", en="NB-IoT (China Mobile OneNET)"),
    line=Line,
    member=Nothing,
    map=Table,
    secrets=frozenset({"token"}),
    push=_pushes.take,
    signs=True,
)
