"""ResponseStatus: in which words a camera or controller says yes or no, as XML or as JSON.

Modelled on the answers that public programs read; the vendor's document was not at hand.
"""

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame

_ROOT = "ResponseStatus"
_LONGEST = 64 * 1024
_LONGEST_WORD = 60
_NO_SUCH = frozenset({404, 405, 501})
_NOT_SUPPORTED = frozenset({"notsupport", "methodnotallowed"})


class _Json(msgspec.Struct, frozen=True):
    number: int | str = msgspec.field(default="", name="statusCode")
    word: str = msgspec.field(default="", name="subStatusCode")


def status(said: bytes) -> tuple[str, str]:
    """Return the number of a ResponseStatus, and its word in small letters; "" where it has none,
    or is none.
    """
    if said.lstrip()[:1] == b"{":
        return _of_json(said)
    try:
        root = markup.read(said, longest=_LONGEST)
    except BadFrame:
        return "", ""
    if root.tag != _ROOT:
        return "", ""
    return markup.text(root, "statusCode"), markup.text(root, "subStatusCode").lower()


def _of_json(said: bytes) -> tuple[str, str]:
    if len(said) > _LONGEST:
        return "", ""
    try:
        found = msgspec.json.decode(said, type=_Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""
    return str(found.number)[:_LONGEST_WORD], found.word[:_LONGEST_WORD].lower()


def is_unsupported(http: int, said: bytes) -> bool:
    """Tell whether a refusal says that there is no such thing: by its status of HTTP, or by its
    word. Whoever lets us not, or not now, says something else.
    """
    return http in _NO_SUCH or status(said)[1] in _NOT_SUPPORTED
