"""What went to departments and came from them about somebody, as he may read it himself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings

from linli.contracts.privacy import Held
from linli.domains.exchange import queries
from linli.domains.exchange.logic.fields import OFFERED, PERSONAL
from linli.domains.exchange.models import Authorisation, AuthorisationUse, Message
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import after, moment, row_told, span, told
from linli.foundation.vault.sealed import ERASED
from linli.kernel.words import Words, alike

_FIELDS = Words(zh="哪些信息", en="which data")
_PROOF = Words(zh="授权及其使用留作凭据", en="kept as the proof of what was authorised")
_KIND = {
    "out": Words(zh="转给部门的", en="went to a department"),
    "in": Words(zh="部门发来的", en="came from a department"),
}


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return the messages about somebody, what he authorised and how it was used: of each the
    newest, `most` at most.
    """
    rows = queries.about(community=community, subject=subject, most=most)
    queries.opened(rows)
    return [
        *(_held(row) for row in rows if row.body not in {"", ERASED}),
        *_authorised(community, subject, most),
    ]


def _authorised(community: str, subject: str, most: int) -> Iterator[Held]:
    given = Authorisation.rows.of(community).filter(subject=subject)
    for row in given.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="授权", en="authorisation"), kept=_PROOF,
            record=span(row.given_at, row.withdrawn_at or row.until), names={"subject": _FIELDS},
            said={"what_for": row.what_for, "subject": _named(row.fields)},
        )  # fmt: skip
    uses = AuthorisationUse.rows.of(community).filter(authorisation__subject=subject)
    for use in uses.select_related("department").order_by("-pk")[:most]:
        yield row_told(
            use, kind=Words(zh="授权的一次使用", en="use of an authorisation"), kept=_PROOF,
            record=after(use.department.name, f"{use.case_number} {moment(use.at)}"),
            said={"by": _named(use.fields)}, names={"by": _FIELDS},
        )  # fmt: skip


def _named(fields: Sequence[str]) -> Words:
    words = [OFFERED[name][0] if name in OFFERED else PERSONAL.get(name) for name in fields]
    said = [one or alike(name) for one, name in zip(words, fields, strict=True)]
    return Words(zh="、".join(one.zh for one in said), en=", ".join(one.en for one in said))


def _held(row: Message) -> Held:
    datum = declared(Message)["body"]
    department, number = row.department.name, row.case_number
    said = msgspec.json.decode(row.body)
    days = settings.KEEP_DAYS
    return Held(
        kind=_KIND[row.way],
        record=Words(zh=f"{department.zh} {number}", en=f"{department.en} {number}"),
        purposes=datum.purposes,
        kept=Words(zh=f"{days} 天后销毁", en=f"destroyed after {days} days"),
        fields=[told(datum, _told(said.get("case") if row.way == "out" else said))],
    )


def _told(said: Mapping[str, Any] | None) -> Words:
    """Return what a message says, each field by its name."""
    named = [(OFFERED[name][0] if name in OFFERED else None, name, value)
             for name, value in (said or {}).items() if value not in {"", None}]  # fmt: skip
    return Words(
        zh="；".join(f"{words.zh if words else name}：{value}" for words, name, value in named),
        en="; ".join(f"{words.en if words else name}: {value}" for words, name, value in named),
    )
