"""SIP, as much as signing in and passing messages takes (RFC 3261; no calls, no media).

Messages are parsed and written by aiosipua 0.7.1. Its sockets and its user agents are not used: its
UDP does not start on Python 3.11 (an assertion on asyncio's own transport), its TCP keeps no bound
on who connects, and a body cut short is told only in the log. `read` refuses that.
"""

from collections.abc import Mapping

from aiosipua import SipMessage, SipRequest, SipResponse, Via, parse_via, stringify_via

from linli.drivers.frames import BadFrame

LONGEST_BYTES = 1024 * 1024
_LONGEST_HEAD = 16 * 1024
_END = b"\r\n\r\n"
_NEEDED = ("via", "from", "to", "call-id", "cseq")

Message = SipRequest | SipResponse


def read(raw: bytes) -> Message:
    """Return one whole message.

    :raises BadFrame: if it is none, lacks a header that it must have, or its body is cut
    """
    head, found, body = raw.partition(_END)
    if not found or len(head) > _LONGEST_HEAD:
        raise BadFrame("no SIP: its head has no end")
    try:
        message = SipMessage.parse(raw)
    except ValueError as wrong:
        raise BadFrame(f"no SIP: {wrong}") from None
    if not isinstance(message, SipResponse) and not head.split(b"\r\n", 1)[0].endswith(b" SIP/2.0"):
        raise BadFrame("no SIP: its first line is none")
    missing = [name for name in _NEEDED if not message.headers.get_first(name)]
    if missing:
        raise BadFrame(f"SIP without {missing[0]}")
    _readable(message)
    length = _length(message.headers.get_first("content-length"), len(body))
    if length > len(body):
        raise BadFrame(f"SIP cut short: {len(body)} bytes of {length}")
    return message


def _readable(message: Message) -> None:
    """Read every header that is read later, which aiosipua does only when it is asked."""
    try:
        transaction(message)
        user(message)
        _ = message.to_addr
    except ValueError as wrong:
        raise BadFrame(f"no SIP: {wrong}") from None


def _length(said: str | None, there: int) -> int:
    if said is None:
        return there
    if not said.isascii() or not said.isdecimal() or int(said[:10]) > LONGEST_BYTES:
        raise BadFrame("SIP with a wrong Content-Length")
    return int(said)


class Stream:
    """Cuts what comes by TCP into messages. It keeps no more than the longest message."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that are whole now. Blank lines between them keep a line alive.

        :raises BadFrame: if it is no SIP: the line is to be closed, nothing is found behind it
        """
        self._kept += data
        found: list[bytes] = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def _next(self) -> bytes | None:
        kept = self._kept
        while kept[:1] == b"\r" or kept[:1] == b"\n":
            del kept[:1]
        end = kept.find(_END, 0, _LONGEST_HEAD)
        if end < 0:
            if len(kept) >= _LONGEST_HEAD:
                raise BadFrame("no SIP: its head has no end")
            return None
        whole = end + len(_END) + self._body_length(bytes(kept[:end]))
        if len(kept) < whole:
            return None
        message = bytes(kept[:whole])
        del kept[:whole]
        return message

    @staticmethod
    def _body_length(head: bytes) -> int:
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() in (b"content-length", b"l"):
                return _length(value.strip().decode("ascii", "replace"), 0)
        return 0


def user(message: Message) -> str:
    """Return who it is from: the user part of From; empty where there is none."""
    address = message.from_addr
    return (address.uri.user or "") if address is not None else ""


def transaction(message: Message) -> str:
    """Return what a message sent again has in common with the first, and no other."""
    cseq = message.cseq
    branch = parse_via(message.headers.get("via")[0]).branch or ""
    return f"{message.call_id}|{cseq.seq if cseq else ''}|{cseq.method if cseq else ''}|{branch}"


def expires(message: Message, *, otherwise: int) -> int:
    """Return for how many seconds it asks; Contact's own `expires` counts before the header's."""
    contact = message.headers.get_first("contact") or ""
    _, found, tail = contact.lower().partition("expires=")
    said = tail.split(";")[0].strip() if found else message.headers.get_first("expires") or ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else otherwise  # noqa: PLR2004


def reply(
    to: SipRequest,
    *,
    status: int,
    reason: str,
    source: tuple[str, int],
    tag: str,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the answer to a request that came from `source` (RFC 3261 8.2.6, RFC 3581)."""
    answer = SipResponse(status_code=status, reason_phrase=reason)
    first, *others = to.headers.get("via")
    answer.headers.append("Via", stringify_via(_stamped(parse_via(first), source)))
    for via in others:
        answer.headers.append("Via", via)
    for name in ("From", "To", "Call-ID", "CSeq"):
        answer.headers.set_single(name, to.headers.get_first(name) or "")
    if ";tag=" not in (to.headers.get_first("to") or ""):
        answer.headers.set_single("To", f"{to.headers.get_first('to')};tag={tag}")
    for name, value in (headers or {}).items():
        answer.headers.set_single(name, value)
    return bytes(answer)


def _stamped(via: Via, source: tuple[str, int]) -> Via:
    if "rport" in via.params:
        via.params["rport"] = str(source[1])
        via.params["received"] = source[0]
    elif via.host != source[0]:
        via.params["received"] = source[0]
    return via


def request(
    *,
    method: str,
    uri: str,
    sender: str,
    to: str,
    via: str,
    call_id: str,
    cseq: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """Return a request; `sender` and `to` are whole values of From and To, `via` of Via.

    :raises ValueError: if a value would begin a line of its own
    """
    asked = SipRequest(method=method, uri=uri, body=body)
    rows = {
        "Via": via,
        "From": sender,
        "To": to,
        "Call-ID": call_id,
        "CSeq": f"{cseq} {method}",
        "Max-Forwards": "70",
        **(headers or {}),
    }
    for name, value in rows.items():
        asked.headers.set_single(name, value)
    return bytes(asked)
