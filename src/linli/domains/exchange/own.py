"""What went to departments and came from them about somebody, as he may read it himself."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings

from linli.contracts.privacy import Held
from linli.domains.exchange import queries
from linli.domains.exchange.logic.fields import OFFERED
from linli.domains.exchange.models import Message
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.foundation.vault.sealed import ERASED
from linli.kernel.words import Words

_MOST = 100
_KIND = {
    "out": Words(zh="转给部门的", en="went to a department"),
    "in": Words(zh="部门发来的", en="came from a department"),
}


def held(community: str, subject: str) -> Sequence[Held]:
    """Return the newest messages about somebody."""
    rows = queries.about(community=community, subject=subject, most=_MOST)
    queries.opened(rows)
    return [_held(row) for row in rows if row.body not in {"", ERASED}]


def _held(row: Message) -> Held:
    datum = declared(Message)["body"]
    said = msgspec.json.decode(row.body)
    days = settings.KEEP_DAYS
    return Held(
        kind=_KIND[row.way],
        record=f"{row.department.name_zh} {row.case_number}",
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
