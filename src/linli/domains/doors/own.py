"""What doors hold on somebody who lives or works here, as he may read it himself."""

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings

from linli.contracts.doors import WAYS, Way
from linli.contracts.privacy import Held
from linli.domains.doors.models import Barred, Credential, Inside, Passage, Right
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import after, moment, row_told, span, told
from linli.foundation.vault import sealed
from linli.kernel.words import Words

_OPENED = {
    True: Words(zh="已开", en="opened"),
    False: Words(zh="未开", en="not opened"),
}
_DIRECTIONS = {"in": Words(zh="进", en="in"), "out": Words(zh="出", en="out")}
_INSIDE = {True: Words(zh="在内", en="inside"), False: Words(zh="已离开", en="left")}
_EVERYWHERE = Words(zh="全部", en="all")
_GOOD, _EVER = Words(zh="有效期", en="valid"), Words(zh="长期", en="no end")
_WAY = Words(zh="情况", en="what was done")
_WHILE_USED = Words(zh="使用期间；注销后号码即抹除", en="while it is used; ended, it is erased")
_WHILE_HERE = Words(zh="居住或在职期间", en="while living or working here")


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return what somebody opens doors with, where he may and where he passed: of each the newest,
    `most` at most.
    """
    kind, _, number = subject.partition(":")
    if kind not in {"person", "staff"} or not number.isdecimal():
        return []
    whose = {kind: int(number)}
    rows = list(Credential.rows.of(community).filter(**whose).order_by("-pk")[:most])
    sealed.open_all(rows, community=community, purpose="access")
    return [
        *map(_credential, rows),
        *_rights(community, whose, most),
        *_inside(community, subject, most),
        *_passages(community, whose, most),
    ]


def _credential(row: Credential) -> Held:
    datum = declared(Credential)["value"]
    way = WAYS[Way(row.way)]
    text = row.value or row.label
    return Held(
        kind=Words(zh="开门凭证", en="what opens doors"),
        record=after(way, f"#{row.pk}"),
        purposes=("face",) if row.way == Way.FACE else ("access",),
        kept=_WHILE_USED,
        fields=[told(datum, text or way, purposes=("face",) if row.way == Way.FACE else None)],
    )


def _rights(community: str, whose: Mapping[str, int], most: int) -> Iterator[Held]:
    rights = Right.rows.of(community).filter(**whose).select_related("door__device", "group")
    for row in rights.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="开门权限", en="right at doors"), record=_where(row),
            kept=_WHILE_HERE, names={"person": _GOOD},
            said={"person": span(row.since, row.ended_at or row.until) or _EVER},
        )  # fmt: skip
    if "person" not in whose:
        return
    for bar in Barred.rows.of(community).filter(**whose).order_by("-pk")[:most]:
        yield row_told(
            bar, kind=Words(zh="禁止通行", en="barred"),
            record=span(bar.since, bar.lifted_at or bar.until), kept=_WHILE_HERE,
            said={"reason": bar.reason},
        )  # fmt: skip


def _where(row: Right) -> Words:
    if row.door is not None:
        return row.door.device.name
    return row.group.name if row.group is not None else _EVERYWHERE


def _inside(community: str, subject: str, most: int) -> Iterator[Held]:
    for row in Inside.rows.of(community).filter(holder=subject).order_by("-at")[:most]:
        yield row_told(
            row, kind=Words(zh="最近进出区域", en="area last crossed into or out of"),
            record=row.area, kept=_for_days(), names={"holder": _WAY},
            said={"holder": after(_INSIDE[row.inside], moment(row.at))},
        )  # fmt: skip


def _passages(community: str, whose: Mapping[str, int], most: int) -> Iterator[Held]:
    rows = Passage.rows.of(community).filter(**whose).select_related("door__device")
    for row in rows.order_by("-at", "-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="通行记录", en="passage"),
            record=after(row.door.device.name, moment(row.at)), kept=_for_days(),
            said={"person": _how(row)}, names={"person": _WAY},
        )  # fmt: skip


def _how(row: Passage) -> Words:
    parts = [WAYS[Way(row.way)], _DIRECTIONS.get(row.direction), _OPENED[row.opened]]
    words = [one for one in parts if one is not None]
    return Words(zh=" · ".join(one.zh for one in words), en=" · ".join(one.en for one in words))


def _for_days() -> Words:
    days = settings.PASSAGE_DAYS
    return Words(zh=f"{days} 天后自动删除", en=f"deleted after {days} days")
