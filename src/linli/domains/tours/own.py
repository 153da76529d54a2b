"""What guard tours hold on who walks them, as he may read it himself."""

from collections.abc import Iterator, Sequence

from linli.contracts.privacy import Held
from linli.domains.tours.models import Badge, Mark, Nearness, Scan, Tour
from linli.domains.tours.operations.forgetting import KEPT
from linli.foundation.privacy.telling import after, moment, row_told, span
from linli.kernel.words import Words

_RECORD = Words(zh="留作履职记录", en="kept as the record of the work")
_A_DAY = Words(zh="一天后删去", en="deleted after a day")
_STATE = Words(zh="结果", en="what became of it")
_WORN = Words(zh="佩戴的标牌", en="badge that you wear")
_NEAR = Words(zh="标牌在附近", en="your badge was near")
_STATES = {
    "waiting": Words(zh="待巡", en="waiting"),
    "walking": Words(zh="巡更中", en="under way"),
    "done": Words(zh="完成", en="done"),
    "incomplete": Words(zh="未走全", en="incomplete"),
    "missed": Words(zh="漏巡", en="missed"),
    "due": Words(zh="待到", en="due"),
    "visited": Words(zh="已到", en="visited"),
    "skipped": Words(zh="跳过", en="skipped"),
    "late": Words(zh="迟到", en="late"),
    "counted": Words(zh="计入", en="counted"),
    "repeat": Words(zh="重复", en="told twice"),
}


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return the rounds that somebody walked, what he marked and scanned on them, his badge and
    where it is heard: of each the newest, `most` at most.
    """
    return [
        *_walked(community, account, most),
        *_scanned(community, account, most),
        *_worn(community, account),
    ]


def _walked(community: str, account: int, most: int) -> Iterator[Held]:
    tours = Tour.rows.of(community).filter(walker=account).select_related("route")
    for tour in tours.order_by("-pk")[:most]:
        yield row_told(
            tour, kind=Words(zh="巡更", en="round"), kept=_RECORD, names={"walker": _STATE},
            record=after(tour.route.name, span(tour.begun_at or tour.starts_at, tour.ended_at)),
            said={"walker": _said(tour.state)},
        )  # fmt: skip
    marks = Mark.rows.of(community).filter(by=account).select_related("point")
    for mark in marks.order_by("-pk")[:most]:
        yield row_told(
            mark, kind=Words(zh="巡更点", en="point of a round"), kept=_RECORD, names=_BY,
            record=after(mark.point.name, moment(mark.at) if mark.at else f"#{mark.number}"),
            said={"by": _said(mark.state), "reason": mark.reason},
        )  # fmt: skip


_BY = {"by": _STATE, "reason": Words(zh="理由", en="the reason given")}


def _scanned(community: str, account: int, most: int) -> Iterator[Held]:
    days = KEPT.days
    scans = Scan.rows.of(community).filter(by=account).select_related("point")
    for scan in scans.order_by("-pk")[:most]:
        where = scan.point.name if scan.point else Words(zh="未知点位", en="unknown point")
        yield row_told(
            scan, kind=Words(zh="巡更扫码", en="scan on a round"), names=_BY,
            record=after(where, moment(scan.at)), said={"by": _said(scan.verdict)},
            kept=Words(zh=f"{days} 天后删去", en=f"deleted after {days} days"),
        )  # fmt: skip


def _worn(community: str, account: int) -> Iterator[Held]:
    for badge in Badge.rows.of(community).filter(account=account):
        yield row_told(
            badge, kind=Words(zh="巡更标牌", en="badge of the rounds"), record="",
            kept=Words(zh="佩戴期间", en="while you wear it"), names={"account": _WORN},
            said={"account": badge.beacon or badge.reader},
        )  # fmt: skip
    for near in Nearness.rows.of(community).filter(account=account).select_related("point"):
        yield row_told(
            near, kind=Words(zh="巡更途中位置", en="where you were on a round"), kept=_A_DAY,
            record=near.point.name, said={"account": span(near.since, near.last_at)},
            names={"account": _NEAR},
        )  # fmt: skip


def _said(state: str) -> Words:
    return _STATES.get(state, Words(zh=state, en=state))
