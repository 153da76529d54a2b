"""An adapter: work orders as JSON over HTTP, signed with HMAC-SM3.

Invented, in the manner of the interfaces by which hotlines (12345) and grid centres hand work
orders over; no department's own. Both hold one key. A message is a POST of JSON; the headers
`x-app`, `x-timestamp` (seconds), `x-nonce` and `x-sign` sign method, path, all three and the SM3 of
the body, a line each. A receipt is `{"code": 0, "number": …, "receipt": …, "sign": …}`; another
code than 0, signed as well, refuses for good.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from linli.domains.exchange.ports import Incoming, Line, Listed, Packed, Receipt, Shown
from linli.foundation import sm3
from linli.foundation.sending import Reply
from linli.kernel.fault import Fault

TOLERANCE_S = 300
"""What was signed longer ago, or later than now, is not taken."""
_PATHS = {"case": "/orders", "comparison": "/comparisons", "resend": "/resends"}
_STAMP_DIGITS = 12
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


def signature(*, key: bytes, path: str, app: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return how a message is signed, in hexadecimal."""
    said = "\n".join(("POST", path, app, timestamp, nonce, sm3.digest(body)))
    return sm3.mac(key, said.encode()).hex()


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
        url = line.url.rstrip("/") + _PATHS[kind]
        stamp = str(int(at.timestamp()))
        sign = signature(
            key=line.key,
            path=urlsplit(url).path,
            app=line.app,
            timestamp=stamp,
            nonce=nonce,
            body=body,
        )
        return Packed(
            url=url,
            headers={
                "content-type": "application/json",
                "x-app": line.app,
                "x-timestamp": stamp,
                "x-nonce": nonce,
                "x-sign": sign,
            },
            body=body,
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
        if said.number != number or not sm3.is_mac(line.key, words, _bytes(said.sign)):
            return Receipt(reason="receipt not signed")
        return Receipt(taken=True, number=said.receipt[:64], received=said.received, sent=said.sent)

    def _refusal(self, line: Line, number: str, said: _Receipt) -> Receipt:
        words = _refusal_words(number, said.code, said.message)
        signed = said.number == number and sm3.is_mac(line.key, words, _bytes(said.sign))
        reason = _cleaned(f"{said.code} {said.message[:_REASON]}")
        return Receipt(refused=signed, reason=(reason if signed else f"not signed: {reason}"))

    def unpack(self, *, line: Line, shown: Shown, now: datetime) -> Incoming:
        """Return a message that came in.

        :raises Unsigned: if the department did not sign it, or not just now
        :raises Malformed: if it cannot be read
        """
        self._check(line, shown, now)
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

    def _check(self, line: Line, shown: Shown, now: datetime) -> None:
        given = {name: shown.headers.get(f"x-{name}", "") for name in ("app", "timestamp", "nonce")}
        words = "\n".join(("POST", shown.path, *given.values(), sm3.digest(shown.body)))
        stamp = given["timestamp"]
        is_short = len(stamp) <= _STAMP_DIGITS and stamp.isdecimal()
        is_now = is_short and abs(int(stamp) - now.timestamp()) <= TOLERANCE_S
        sign = _bytes(shown.headers.get("x-sign", ""))
        if given["app"] != line.app or not is_now or not sm3.is_mac(line.key, words.encode(), sign):
            raise Unsigned

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


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
