"""Every write to the copies."""

from datetime import datetime

from linli.foundation.copies import queries
from linli.foundation.copies.logic import BANNER
from linli.foundation.copies.models import Copy
from linli.foundation.copies.queries import Taken
from linli.foundation.privacy.purposes import PURPOSES
from linli.kernel.words import Words

_MASKED = Words(zh="未说明（号码已遮挡）", en="none given (numbers masked)")


def take(
    *,
    community: str,
    account: int,
    what: str,
    name: Words,
    form: str,
    purpose: str,
    why: Words | None = None,
    now: datetime,
) -> Taken:
    """Remember that somebody takes a list out; return the mark of his copy, and the line that says
    so to whoever sees it.

    :param what: the list, as `people`; `name` says it to a person
    :param purpose: one of those declared; empty where personal numbers are masked
    :param why: what it is for in words, where it is none of those declared
    """
    row = Copy.rows.create(
        community=community, what=what, form=form, purpose=purpose, by_id=account, at=now
    )
    said = why or (PURPOSES[purpose].name if purpose else _MASKED)
    who = queries.named(account)
    local = queries.local(now)
    return Taken(
        mark=queries.mark(row),
        banner=Words(
            zh=f"{BANNER} {community} {name.zh} · 导出人 {who} · {local} · 用途：{said.zh} · "
            f"编号 {row.pk} · 每行含暗记，请勿外传",
            en=f"{BANNER} {community} {name.en} · taken out by {who} · {local} · for: {said.en} · "
            f"copy {row.pk} · every row is marked; do not pass it on",
        ),
    )
