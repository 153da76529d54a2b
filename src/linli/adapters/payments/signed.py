"""A provider of payments, spoken with in JSON over HTTP, signed as `foundation.signing` says.

Invented, in the manner of the interfaces of payment institutions; no institution's own. A payer is
sent to `<url>/pay` with the order in the query, signed. Messages are signed both ways. An answer is
JSON whose `sign` signs the number that was asked, and the rest of it (`code` 0 is yes; another,
signed, is no for good).
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from linli.foundation import signing, sm3
from linli.foundation.money.ports import (
    Answer,
    Listed,
    Malformed,
    Told,
    ToPay,
    Unsigned,
    Wire,
)
from linli.foundation.sending import Reply
from linli.foundation.signing import Packed, Shown, unhexed

_LONGEST = 64
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
"""Seconds of the years 2000 and 2100: other times are none."""


class _Body(msgspec.Struct, kw_only=True):
    """What a provider tells: its number of the payment, our number of the order, `paid` or
    `refused`, and when (epoch seconds).
    """

    number: str
    order: str
    fen: int
    result: str
    at: int


class _Item(msgspec.Struct, kw_only=True):
    kind: str
    number: str
    order: str = ""
    fen: int
    at: int


class _Answer(msgspec.Struct, kw_only=True):
    code: int
    message: str = ""
    at: int = 0
    items: list[_Item] = []
    sign: str = ""


def signed_query(*, key: bytes, query: dict[str, str]) -> str:
    """Return a query with its signature: of the names in their order and what they say."""
    return urlencode({**query, "sign": _query_sign(key, query)})


def is_signed_query(*, key: bytes, query: dict[str, str]) -> bool:
    """Tell whether a query is the one that was signed."""
    said = {name: value for name, value in query.items() if name != "sign"}
    return sm3.is_mac(key, _query_words(said), unhexed(query.get("sign", "")))


def _query_sign(key: bytes, query: dict[str, str]) -> str:
    return sm3.mac(key, _query_words(query)).hex()


def _query_words(query: dict[str, str]) -> bytes:
    return msgspec.json.encode(sorted(query.items()))


def signed_answer(*, key: bytes, number: str, answer: dict[str, Any]) -> bytes:
    """Return an answer to the question of a number, signed."""
    said = msgspec.convert(answer, _Answer)
    said.sign = sm3.mac(key, _answer_words(number, said)).hex()
    return msgspec.json.encode(said)


def _answer_words(number: str, said: _Answer) -> bytes:
    return msgspec.json.encode([number, said.code, said.message, said.at, said.items])


class Signed:
    """The adapter."""

    def pay_at(self, *, wire: Wire, order: ToPay) -> str:
        """Return where a payer pays; the sum in it cannot be changed."""
        query = {
            "app": wire.app,
            "order": order.order,
            "fen": str(order.fen),
            "title": order.title.zh,
            "until": str(int(order.expires_at.timestamp())),
            "back": order.back,
            "tell": order.tell,
        }
        return f"{wire.url.rstrip('/')}/pay?{signed_query(key=wire.key, query=query)}"

    def unpack(self, *, wire: Wire, shown: Shown, now: datetime) -> Told:
        """Return what the provider told.

        :raises Unsigned: if it did not sign it, or not just now
        :raises Malformed: if it cannot be read
        """
        if not signing.is_signed(shown, key=wire.key, app=wire.app, now=now):
            raise Unsigned
        try:
            said = msgspec.json.decode(shown.body, type=_Body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(reason=str(error)[:200]) from error
        if not (_is_word(said.number) and _is_word(said.order)):
            raise Malformed(reason="number, order")
        if said.result not in {"paid", "refused"}:
            raise Malformed(reason="result")
        return Told(
            number=said.number,
            order=said.order,
            fen=said.fen,
            paid=said.result == "paid",
            at=_time(said.at),
        )

    def thanks(self, *, wire: Wire, number: str) -> bytes:
        """Return our answer, signed."""
        return signed_answer(key=wire.key, number=number, answer={"code": 0})

    def ask_refund(
        self, *, wire: Wire, number: str, payment: str, fen: int, at: datetime, nonce: str
    ) -> Packed:
        """Return the question to give back so much of a payment."""
        said = {"number": number, "payment": payment, "fen": fen}
        return _packed(wire, "/refunds", said, at, nonce)

    def ask_list(self, *, wire: Wire, number: str, day: str, at: datetime, nonce: str) -> Packed:
        """Return the question for the list of a day."""
        return _packed(wire, "/lists", {"number": number, "day": day}, at, nonce)

    def answer(self, *, wire: Wire, number: str, reply: Reply) -> Answer:
        """Return what a reply says; what the provider did not sign says nothing."""
        if not reply.taken:
            return Answer(why=reply.reason or f"HTTP {reply.status}")
        try:
            said = msgspec.json.decode(reply.body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Answer(why="unreadable answer")
        if not sm3.is_mac(wire.key, _answer_words(number, said), unhexed(said.sign)):
            return Answer(why="answer not signed")
        if said.code != 0:
            return Answer(refused=True, why=_cleaned(f"{said.code} {said.message}"))
        if not all(_is_item(one) for one in said.items):
            return Answer(why="unreadable list")
        return Answer(
            done=True,
            at=_time(said.at) if said.at else None,
            items=tuple(
                Listed(
                    kind=one.kind,
                    number=one.number,
                    order=one.order,
                    fen=one.fen,
                    at=_time(one.at),
                )
                for one in said.items
            ),
        )


def _packed(wire: Wire, path: str, said: object, at: datetime, nonce: str) -> Packed:
    return signing.packed(
        url=wire.url.rstrip("/") + path,
        key=wire.key,
        app=wire.app,
        body=msgspec.json.encode(said),
        at=at,
        nonce=nonce,
    )


def _is_word(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable() and " " not in text


def _is_item(one: _Item) -> bool:
    right = one.kind in {"payment", "refund"} and _is_word(one.number) and one.fen > 0
    return right and (not one.order or _is_word(one.order)) and _EARLIEST < one.at < _LATEST


def _time(at: int) -> datetime:
    if not _EARLIEST < at < _LATEST:
        raise Malformed(reason="at")
    return datetime.fromtimestamp(at, UTC)


def _cleaned(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]
