"""What may leave: the fields of a case that a department can be given, and nothing else.

The list is of what may go. Whatever is not in it never leaves, whatever a row says: a name, a
telephone number or an address of who reported has no way out. Numbers of telephones and identity
cards, and addresses of mail, are blotted out of free text.
"""

import re
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
_PRIVATE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"  # a mobile telephone
    r"|(?<!\d)\d{6}[- ]?(?:19|20)\d{2}[- ]?\d{4}[- ]?\d{3}[\dXx](?![\dXx])"  # an identity card
    r"|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"  # a telephone at home
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an address of mail
)


def blotted(text: str) -> str:
    """Return a text without numbers by which somebody could be reached or known."""
    return _PRIVATE.sub(_BLOT, text)


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
