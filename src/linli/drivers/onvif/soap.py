"""SOAP 1.2 as ONVIF has it: envelopes, WS-UsernameToken, faults.

A small own client stands here, not onvif-zeep-async: that one brings 43 MB (measured: lxml, zeep
and the WSDLs) into the process that keeps every line. The tests have it try our peer.
"""

import base64
import hashlib
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, tostring
from xml.sax.saxutils import escape

from linli.drivers import markup
from linli.drivers.frames import BadFrame

SPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://www.w3.org/2005/08/addressing",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
}
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_SOAP = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
_DECLARED = " ".join(f'xmlns:{short}="{space}"' for short, space in SPACES.items())


class SoapFault(Exception):
    """A camera would not; `reason` is a word, `text` what it said."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


def digest(*, nonce: bytes, created: str, password: str) -> str:
    """Return the password digest of WS-UsernameToken: base64 of SHA-1 of all three."""
    whole = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(whole, usedforsecurity=False).digest()).decode()


def security(*, user: str, password: str, nonce: bytes, now: float) -> str:
    """Return the header that signs a request; `now` is by the camera's own clock."""
    created = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = digest(nonce=nonce, created=created, password=password)
    said = base64.b64encode(nonce).decode()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}">'
        f"<wsse:UsernameToken><wsse:Username>{escape(user)}</wsse:Username>"
        f'<wsse:Password Type="{_PROFILE}#PasswordDigest">{signed}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_SOAP}#Base64Binary">{said}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


def envelope(body: str, *, header: str = "") -> bytes:
    """Return an envelope; both parts are XML that uses the prefixes of `SPACES`."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_DECLARED}>'
        f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def answer(data: bytes) -> Element:
    """Return what stands in the body of an answer.

    :raises BadFrame: if it is no envelope, or hostile
    :raises SoapFault: if it is a fault
    """
    root = markup.read(data)
    body = markup.child(root, "Body")
    if root.tag != "Envelope" or body is None:
        raise BadFrame(f"<{root.tag[:40]}> is no envelope")
    fault = markup.child(body, "Fault")
    if fault is not None:
        raise _fault(fault)
    found = next(iter(body), None)
    if found is None:
        raise BadFrame("an envelope with nothing in it")
    return found


def _fault(fault: Element) -> SoapFault:
    codes = [(one.text or "") for one in (*markup.below(fault, "Value"), *_old_codes(fault))]
    text = next((one.text or "" for one in markup.below(fault, "Text")), "")
    text = text or markup.text(fault, "faultstring")
    words = [markup.local(code.strip()) for code in codes]
    if {"NotAuthorized", "FailedAuthentication", "InvalidSecurity"} & set(words):
        return SoapFault("wrong_password", text[:200])
    return SoapFault("refused", f"{words[-1] if words else ''} {text}".strip()[:200])


def _old_codes(fault: Element) -> tuple[Element, ...]:
    """Return the code of a fault of SOAP 1.1, which some cameras still write."""
    found = markup.child(fault, "faultcode")
    return (found,) if found is not None else ()


def reference_parameters(data: bytes) -> str:
    """Return what a subscription wants to hear in every header, as XML; "" where it wants nothing.

    :raises BadFrame: if it is hostile
    """
    root = markup.read(data, whole_names=True)
    for one in root.iter():
        if markup.local(one.tag) == "ReferenceParameters":
            return "".join(tostring(each, encoding="unicode") for each in one)
    return ""
