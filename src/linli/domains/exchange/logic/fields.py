"""What may leave: the fields of a case that a department can be given, and nothing else.

The list is of what may go. Whatever is not in it never leaves, whatever a row says: a name, a
telephone number or an address of who reported has no way out of its own, and a room is told as the
building that it is in (`cases/told.py`).

Free text is another matter: telephones, mobile and fixed, identity cards and addresses of mail are
blotted out of it where they are written in digits. A name, a room, or a number written in words
stays: who sends it reads it first.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from linli.contracts.cases import CaseTold
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class NeverLeaves(Fault):
    """A field was asked for that no department is given."""

    key = "exchange.never_leaves"
    status = 422


Value = str | float | list[float] | None
_BLOT = "***"
_GAP = r"[\s.\-‐‑–—_/·•()]{0,3}"
_PRIVATE = re.compile(
    rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"  # a mobile telephone
    rf"|(?<!\d)(?:\d{_GAP}){{6}}(?:1{_GAP}9|2{_GAP}0){_GAP}(?:\d{_GAP}){{9}}[\dXx](?![\dXx])"
    rf"|(?<!\d)\(?0{_GAP}[1-9](?:{_GAP}\d){{8,10}}(?!\d)"  # with the code of its city
    r"|(?<![\dA-Za-z.\-])(?!(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d(?!\d))"  # but for a date:
    r"[2-8]\d{2,3}[ \-]?\d{4}(?!\d)"  # a number of the city
    r"|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"  # an address of mail
)


def blotted(text: str) -> str:
    """Return a text without numbers by which somebody could be reached or known, however wide their
    digits are written and whatever stands between them; the rest is as it was.
    """
    plain, origin = _plain(text)
    parts, after = list[str](), 0
    for found in _PRIVATE.finditer(plain):
        start, end = origin[found.start()], origin[found.end() - 1] + 1
        parts += [text[after:start], _BLOT]
        after = end
    return "".join([*parts, text[after:]])


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text as NFKC writes it, digits as 0 to 9, without what is not seen; and from which
    sign of the text each of its signs came.
    """
    signs, origin = list[str](), list[int]()
    for place, sign in enumerate(text):
        if unicodedata.category(sign) == "Cf":
            continue
        for one in unicodedata.normalize("NFKC", sign):
            signs.append(str(unicodedata.decimal(one)) if one.isdecimal() else one)
            origin.append(place)
    return "".join(signs), origin


OFFERED: Mapping[str, tuple[Words, Callable[[CaseTold], Value]]] = {
    "number": (Words(zh="案件编号", en="number of the case"), lambda one: one.number),
    "kind": (Words(zh="类型代码", en="code of the kind"), lambda one: one.kind),
    "kind_name": (Words(zh="类型", en="kind"), lambda one: one.kind_name.zh),
    "title": (Words(zh="标题", en="title"), lambda one: blotted(one.title)),
    "description": (Words(zh="描述", en="description"), lambda one: blotted(one.description)),
    "matter": (Words(zh="自家、大家、公家", en="whose matter"), lambda one: one.matter.value),
    "severity": (Words(zh="严重程度", en="severity"), lambda one: one.severity),
    "state": (Words(zh="状态", en="state"), lambda one: one.state.value),
    "place_name": (Words(zh="地点", en="place"), lambda one: one.place_name.zh),
    "position": (
        Words(zh="坐标（WGS 84）", en="position (WGS 84)"),
        lambda one: list(one.position) if one.position else None,
    ),
    "event_code": (Words(zh="事部件代码", en="event code"), lambda one: one.event_code),
    "reported_at": (
        Words(zh="上报时间", en="reported at"),
        lambda one: one.reported_at.isoformat(),
    ),
}
"""What can be given, by name; the value as it leaves."""

ALWAYS = frozenset({"number"})
"""Without it no result could be told to its case."""


PERSONAL: Mapping[str, Words] = {
    "name": Words(zh="姓名", en="name"),
    "phone": Words(zh="电话", en="telephone"),
    "id_number": Words(zh="身份证号", en="ID number"),
    "address": Words(zh="住址", en="address"),
}
"""What of a person can be given where he authorised it: to the departments that he named, so many
times, until then. Nothing else of him has a way out.
"""


def check_personal(fields: Collection[str]) -> list[str]:
    """Return fields of a person in their order.

    :raises NeverLeaves: if one of them is not offered
    """
    if beyond := sorted(set(fields) - set(PERSONAL)):
        raise NeverLeaves(fields=", ".join(beyond)[:200])
    return [name for name in PERSONAL if name in fields]


def check(fields: Collection[str]) -> list[str]:
    """Return the fields in their order, those that always go among them.

    :raises NeverLeaves: if one of them is not offered
    """
    if beyond := sorted(set(fields) - set(OFFERED)):
        raise NeverLeaves(fields=", ".join(beyond)[:200])
    return [name for name in OFFERED if name in ALWAYS or name in fields]


def leaving(*, case: CaseTold, fields: Collection[str]) -> dict[str, Value]:
    """Return what of a case leaves for a department that may have these fields."""
    return {
        name: value(case)
        for name, (_, value) in OFFERED.items()
        if name in ALWAYS or name in fields
    }
