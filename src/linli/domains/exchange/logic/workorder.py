"""An adapter: work orders as JSON over HTTP, signed as `foundation.signing` says.

Invented, in the manner of the interfaces by which hotlines (12345) and grid centres hand work
orders over; no department's own. A receipt is `{"code": 0, "number": …, "receipt": …, "sign": …}`;
another code than 0, signed as well, refuses for good.
"""

from datetime import datetime
from typing import Any

import msgspec

from linli.domains.exchange.ports import Incoming, Line, Listed, Receipt
from linli.foundation import signing, sm3
from linli.foundation.sending import Reply
from linli.foundation.signing import Packed, Shown, unhexed
from linli.kernel.fault import Fault

_PATHS = {"case": "/orders", "comparison": "/comparisons", "resend": "/resends"}
_KINDS = frozenset({"result", "notice"})
_REASON = 300
_LONGEST = {"number": 64, "case": 16, "state": 32, "title": 200, "text": 4000}


class Unsigned(Fault):
    """It is not the department's own, or was signed too long ago."""

    key = "exchange.unsigned"
    status = 401


class Malformed(Fault):
    key = "exchange.malformed"
    status = 422


class _Receipt(msgspec.Struct, kw_only=True):
    code: int
    number: str = ""
    receipt: str = ""
    sign: str = ""
    message: str = ""
    received: Listed = ()
    sent: Listed = ()


def _receipt_words(number: str, receipt: str, lists: tuple[Listed, Listed]) -> bytes:
    return "\n".join((number, receipt, sm3.digest(msgspec.json.encode(lists)))).encode()


def signed_receipt(
    *, key: bytes, number: str, receipt: str, received: Listed = (), sent: Listed = ()
) -> bytes:
    """Return a receipt for a message, with the lists that it may carry, signed."""
    words = _receipt_words(number, receipt, (received, sent))
    said = _Receipt(
        code=0,
        number=number,
        receipt=receipt,
        sign=sm3.mac(key, words).hex(),
        received=received,
        sent=sent,
    )
    return msgspec.json.encode(said)


def _refusal_words(number: str, code: int, message: str) -> bytes:
    return "\n".join(("refused", number, str(code), message)).encode()


def signed_refusal(*, key: bytes, number: str, code: int, message: str) -> bytes:
    """Return a refusal of a message, signed."""
    sign = sm3.mac(key, _refusal_words(number, code, message)).hex()
    return msgspec.json.encode(_Receipt(code=code, number=number, message=message, sign=sign))


class WorkOrder:
    """The adapter."""

    def pack(self, *, line: Line, kind: str, body: bytes, at: datetime, nonce: str) -> Packed:
        """Return a message, signed."""
        return signing.packed(
            url=line.url.rstrip("/") + _PATHS[kind],
            key=line.key,
            app=line.app,
            body=body,
            at=at,
            nonce=nonce,
        )

    def receipt(self, *, line: Line, number: str, reply: Reply) -> Receipt:
        """Return what a reply says; what is not signed by the department settles nothing."""
        if not reply.taken:
            return Receipt(reason=reply.reason or f"HTTP {reply.status}")
        try:
            said = msgspec.json.decode(reply.body, type=_Receipt)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Receipt(reason="unreadable receipt")
        if said.code != 0:
            return self._refusal(line, number, said)
        if not _is_plain(said):
            return Receipt(reason="unreadable receipt")
        words = _receipt_words(number, said.receipt, (said.received, said.sent))
        if said.number != number or not sm3.is_mac(line.key, words, unhexed(said.sign)):
            return Receipt(reason="receipt not signed")
        return Receipt(taken=True, number=said.receipt[:64], received=said.received, sent=said.sent)

    def _refusal(self, line: Line, number: str, said: _Receipt) -> Receipt:
        words = _refusal_words(number, said.code, said.message)
        signed = said.number == number and sm3.is_mac(line.key, words, unhexed(said.sign))
        reason = _cleaned(f"{said.code} {said.message[:_REASON]}")
        return Receipt(refused=signed, reason=(reason if signed else f"not signed: {reason}"))

    def unpack(self, *, line: Line, shown: Shown, now: datetime) -> Incoming:
        """Return a message that came in.

        :raises Unsigned: if the department did not sign it, or not just now
        :raises Malformed: if it cannot be read
        """
        if not signing.is_signed(shown, key=line.key, app=line.app, now=now):
            raise Unsigned
        try:
            shown.body.decode()
            said = msgspec.json.decode(shown.body, type=Incoming)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(reason=str(error)[:200]) from error
        texts: dict[str, Any] = msgspec.structs.asdict(said)
        too_long = [name for name, most in _LONGEST.items() if len(texts[name]) > most]
        if said.kind not in _KINDS or not said.number or too_long:
            raise Malformed(reason=", ".join(too_long) or "kind, number")
        if any("\0" in text for text in texts.values()):
            raise Malformed(reason="\\0")
        return said

    def answer(self, *, line: Line, number: str, receipt: str) -> bytes:
        """Return our receipt for a message that came in, signed."""
        return signed_receipt(key=line.key, number=number, receipt=receipt)


def _is_plain(said: _Receipt) -> bool:
    """Tell whether everything in a receipt that is kept can be kept."""
    listed = (text for one in (*said.received, *said.sent) for text in one)
    return said.receipt.isprintable() and all(
        len(text) <= _LONGEST["number"] and text.isprintable() for text in listed
    )


def _cleaned(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
