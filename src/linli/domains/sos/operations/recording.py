"""What calls for help tell the rest of the system, and their own record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linli.contracts import cases, notices
from linli.contracts.effects import Severity
from linli.domains.sos.models import Call, Deed
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.kernel.words import Words
from linli.registry.places import queries as places

_WORDS: Mapping[str, Words] = {
    "raised": Words(zh="有人呼救", en="a call for help"),
    "moved": Words(zh="呼救人更正了地点", en="the caller says where he really is"),
    "looked": Words(zh="看了实时画面", en="looked at the live picture"),
    "again": Words(zh="再次按下", en="pressed again"),
    "rung": Words(zh="正在呼叫", en="ringing"),
    "unanswered": Words(zh="呼叫链上无人应答", en="nobody on the call tree answered"),
    "answered": Words(zh="已应答，正在赶去", en="answered, on the way"),
    "also": Words(zh="也在赶去", en="on the way too"),
    "handed_on": Words(zh="去不了，交给下一位", en="cannot go, passed on"),
    "not_there_yet": Words(zh="应答后五分钟未到场", en="not there five minutes after answering"),
    "arrived": Words(zh="已到场", en="is there"),
    "closed": Words(zh="求助已了结", en="it is over"),
    "cancelled": Words(zh="本人取消", en="taken back by who had called"),
}


REMARKS = {
    "answered": "help_coming",
    "arrived": "help_there",
    "closed": "help_over",
    "cancelled": "help_over",
    "moved": "help_moved",
}
"""What the history of a case calls it."""


def words(what: str) -> Words:
    """Return a line of the record in words."""
    return _WORDS[what]


def deed(
    row: Call, what: str, *, now: datetime, by: int | None = None, said: Mapping[str, Any] = {}
) -> None:
    """Write a line into the record of a call."""
    Deed.rows.create(
        community=row.community, call=row, at=now, what=what, by_id=by, said=dict(said)
    )


def tell(row: Call, fact: Event, what: str) -> None:
    """Announce what happened to a call, and keep what it followed from."""
    text = words(what)
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=fact.community,
        kind=type(fact).__name__,
        at=fact.at,
        about={"zh": text.zh, "en": text.en, "place": row.place.path},
    )
    outbox.record(fact)


def post(row: Call, fact: Event, text: Words, now: datetime) -> None:
    """Post words on a call to the guards, with its place before them."""
    notices.post(
        notices.Posting(
            community=row.community,
            to="guard",
            place=row.place.path,
            text=_placed(row, text),
            severity=Severity.CRITICAL,
            source=fact.id,
            link=f"/sos/{row.pk}",
            now=now,
        )
    )


def _placed(row: Call, text: Words) -> Words:
    zh, en = places.full_names(community=row.community, paths=[row.place.path])[row.place.path]
    return Words(zh=f"{zh}：{text.zh}", en=f"{en}: {text.en}")


def remark(row: Call, fact: Event, what: str, *, by: int, by_name: str) -> None:
    """Write it into the history of the case of a call too, if it has one."""
    number = row.case or _case_of_alarm(row)
    if number is None:
        return
    cases.remark(
        cases.CaseRemark(
            case=number,
            step=REMARKS[what],
            fact=fact,
            note=_placed(row, words(what)),
            by=by,
            by_name=by_name,
        )
    )


def _case_of_alarm(row: Call) -> int | None:
    found = cases.case_of_alarm(row.community, [row.alarm]) if row.alarm else {}
    return found[row.alarm].id if row.alarm in found else None
