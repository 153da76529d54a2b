"""What cases hold on who reported them, as he may read it himself; and what is left when he is
erased: the case, which was dealt with, without his name, his number and his photographs.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from linli.contracts.cases import CaseState
from linli.contracts.privacy import Held
from linli.domains.cases.logic import steps
from linli.domains.cases.models import Case, Move, Photo
from linli.foundation.files import operations as files
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import moment, row_told, told
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.words import Words, alike

_OVER = (CaseState.CLOSED, CaseState.VOID, CaseState.EVALUATED)
_SHOWN = ("description", "reporter_name", "reporter_contact", "rating_words")
_ADDED = Words(zh="上传于", en="added at")
_STEP = Words(zh="步骤", en="step")
_HISTORY = Words(zh="案件的经过不可更改", en="the history of a case is final")
_KEPT = Words(
    zh="案件办结后留作履职记录；抹除本人时去掉姓名、联系方式和本人拍的照片",
    en="kept as the record of the work; name, contact and your photographs go when you are erased",
)


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return what cases hold on who reported them, what he wrote in their history and what he
    photographed: of each the newest, `most` at most.
    """
    return [
        *_reported(community, account, most),
        *_written(community, account, most),
        *_photographed(community, account, most),
    ]


def _reported(community: str, account: int, most: int) -> Sequence[Held]:
    rows = list(Case.rows.of(community).filter(reporter=account).order_by("-pk")[:most])
    sealed.open_all(rows, community=community, purpose="report")
    data = declared(Case)
    return [
        Held(
            kind=Words(zh="报事", en="report"),
            record=alike(row.number),
            kept=_KEPT,
            fields=[
                told(data[name], value) for name in _SHOWN if (value := str(getattr(row, name)))
            ],
        )
        for row in rows
    ]


def _written(community: str, account: int, most: int) -> Iterator[Held]:
    moves = Move.rows.of(community).filter(by=account).select_related("case")
    for row in moves.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="办理的一步", en="step of a case"), kept=_HISTORY,
            record=f"{row.case.number} {moment(row.at)}", names={"by": _STEP},
            said={"by": steps.name(row.step), "note": row.note, "reason": row.reason},
        )  # fmt: skip


def _photographed(community: str, account: int, most: int) -> Iterator[Held]:
    photos = Photo.rows.of(community).filter(by=account).select_related("case")
    for row in photos.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="案件照片", en="photograph of a case"), kept=_KEPT,
            record=row.case.number, said={"file": row.at}, names={"file": _ADDED},
        )  # fmt: skip


def obstacles(community: str, account: int, today: date) -> Sequence[Words]:
    """Return the cases that somebody reported and that are still open."""
    rows = Case.rows.of(community).filter(reporter=account).exclude(state__in=_OVER)
    numbers = list(rows.order_by("pk").values_list("number", flat=True)[:5])
    if not numbers:
        return []
    said = "、".join(numbers)
    return [Words(zh=f"报事未办结：{said}", en=f"reports still open: {', '.join(numbers)}")]


def erase(community: str, subject: str, account: int, by: int, now: datetime) -> None:
    """Take name and contact of who reported out of his cases, and the photographs that he took; the
    keys of his contacts and of his photographs are destroyed.
    """
    rows = Case.rows.of(community).filter(reporter=account)
    keys = list(rows.exclude(vault_key="").values_list("vault_key", flat=True))
    rows.update(reporter_name="", reporter_contact_sealed="", vault_key="")
    for key in keys:
        vault.destroy(community=community, subject=key, account=by, words=subject, now=now)
    _erase_photos(community, subject, account, by, now)


def _erase_photos(community: str, subject: str, account: int, by: int, now: datetime) -> None:
    """Drop the photographs that somebody took of what he reported. One that another showed too is
    that one's also, and stays.
    """
    his = Photo.rows.of(community).filter(case__reporter=account, by=account)
    files_of_his = set(his.values_list("file", flat=True))
    his.delete()
    left = Photo.rows.of(community).filter(file__in=files_of_his)
    for file in sorted(files_of_his - set(left.values_list("file", flat=True))):
        files.erase(community=community, id=file, account=by, words=subject, now=now)
