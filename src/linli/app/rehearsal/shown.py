"""The report of a rehearsal for people: a table for a terminal, a page to be filed."""

import unicodedata
from collections.abc import Iterable, Sequence

from linli.app.rehearsal.report import Failing, FalseAlarm, Outcome, Report
from linli.kernel.words import Words

_HEADS = ("", "时间 at", "事件 incident", "设备 device", "场景 found by", "发现 found",
          "动作 effect", "设备应答 answered", "结案 closed")  # fmt: skip
_YES, _NO = "✓", "✗"


def span(took_s: float | None) -> str:
    """Return seconds as a reader takes them in at once; a dash is never."""
    if took_s is None:
        return "—"
    if took_s < 100:  # noqa: PLR2004 - under two minutes, tenths matter
        return f"{took_s:.1f} s"
    minutes, rest = divmod(round(took_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def table(report: Report) -> str:
    """Return the report for a terminal, both languages in one."""
    lines = [f"{report.name.zh} · {report.name.en} ({report.start}, {report.hours:g} h)"]
    if report.incidents:
        lines += ["", *_aligned([_HEADS, *(_row(one) for one in report.incidents)])]
    lines += ["", _false_line(report)]
    lines += _aligned([_false_row(one) for one in report.false])
    failing = [(str(one.number), two) for one in report.incidents for two in one.failings]
    failing += [("", one) for one in report.failings]
    if failing:
        lines += ["", "未达到预期 not as expected:"]
        lines += [f"  {number:>3} {_failing(one)}" for number, one in failing]
    lines += ["", _verdict(report)]
    return "\n".join(lines)


def _row(one: Outcome) -> tuple[str, ...]:
    return (
        _YES if one.passed else _NO,
        one.at[11:],
        f"{one.name.zh} {one.kind}".strip(),
        one.device,
        one.scene or "—",
        span(one.found_s),
        span(one.effect_s),
        span(one.answered_s),
        span(one.closed_s),
    )


def _false_line(report: Report) -> str:
    return f"误报 false alarms: {report.false_alarms}（每天 a day: {report.false_alarms_a_day:g}）"


def _false_row(one: FalseAlarm) -> tuple[str, ...]:
    because = f"{one.point} {one.value:g}" if one.point and one.value is not None else ""
    return (f"  {one.count} ×", one.scene, one.device or one.place, because, one.first_at)


def _failing(one: Failing) -> str:
    return f"{one.key}: 预期 wanted {one.wanted}，实际 found {one.found}"


def _verdict(report: Report) -> str:
    found = f"{report.found}/{len(report.incidents)}"
    if report.passed:
        return f"通过：发现 {found} · passed: {found} found"
    return f"未通过：发现 {found} · failed: {found} found"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows with their columns under each other; Chinese signs are two wide."""
    if not rows:
        return []
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


# -- the page


def markdown(report: Report) -> str:
    """Return the report as a page that a manager can file, Chinese first, English after it."""
    return "\n".join([*_page(report, "zh"), "", "---", "", *_page(report, "en"), ""])


_PAGE: dict[str, Words] = {
    "title": Words(zh="推演报告", en="Rehearsal report"),
    "script": Words(zh="脚本", en="Script"),
    "when": Words(zh="推演的时间", en="Time rehearsed"),
    "size": Words(zh="规模", en="Size"),
    "result": Words(zh="结论", en="Result"),
    "passed": Words(zh="通过", en="passed"),
    "failed": Words(zh="未通过", en="failed"),
    "found": Words(zh="发现的事件", en="Incidents found"),
    "false": Words(zh="误报", en="False alarms"),
    "incidents": Words(zh="事件", en="Incidents"),
    "failings": Words(zh="未达到预期", en="Not as expected"),
    "none": Words(zh="无", en="none"),
    "signed": Words(
        zh="参加人：＿＿＿＿＿＿　负责人签字：＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
        en="Present: ____________  Signed: ____________  Date: ____________",
    ),
}
_COLUMNS = (
    Words(zh="序号", en="No."),
    Words(zh="时间", en="Time"),
    Words(zh="事件", en="Incident"),
    Words(zh="设备", en="Device"),
    Words(zh="发现", en="Found after"),
    Words(zh="场景", en="Scene"),
    Words(zh="首个动作", en="First effect"),
    Words(zh="设备应答", en="Device answered"),
    Words(zh="接单", en="Accepted"),
    Words(zh="结案", en="Closed"),
    Words(zh="超时上报", en="Escalations"),
    Words(zh="符合预期", en="As expected"),
)


def _page(report: Report, language: str) -> list[str]:
    def word(key: str) -> str:
        return _PAGE[key].in_(language)

    devices = {"zh": "个设备", "en": " devices"}[language]
    return [
        f"# {word('title')}：{report.name.zh}" if language == "zh"
        else f"# {word('title')}: {report.name.en}",
        "",
        f"- {word('script')}: `{report.script}` (seed {report.seed})",
        f"- {word('when')}: {report.start}, {report.hours:g} h",
        f"- {word('size')}: {report.devices}{devices}",
        f"- {word('found')}: {report.found} / {len(report.incidents)}",
        f"- {word('false')}: {report.false_alarms} ({report.false_alarms_a_day:g} / 24 h)",
        f"- {word('result')}: **{word('passed' if report.passed else 'failed')}**",
        "",
        f"## {word('incidents')}",
        "",
        *(_incidents(report.incidents, language) or [word("none")]),
        "",
        f"## {word('failings')}",
        "",
        *(_failings(report) or [word("none")]),
        "",
        f"## {word('false')}",
        "",
        *([f"- {' · '.join(cell.strip() for cell in _false_row(one) if cell)}"
           for one in report.false] or [word("none")]),
        "",
        word("signed"),
    ]  # fmt: skip


def _incidents(outcomes: Iterable[Outcome], language: str) -> list[str]:
    rows = [_page_row(one, language) for one in outcomes]
    if not rows:
        return []
    heads = [column.in_(language) for column in _COLUMNS]
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def _page_row(one: Outcome, language: str) -> list[str]:
    accepted = [case.accepted_s for case in one.cases if case.accepted_s is not None]
    return [
        str(one.number),
        one.at[11:],
        one.name.in_(language),
        one.device,
        span(one.found_s),
        one.scene or "—",
        span(one.effect_s),
        span(one.answered_s),
        span(min(accepted, default=None)),
        span(one.closed_s),
        str(one.escalations),
        _YES if one.passed else _NO,
    ]


def _failings(report: Report) -> list[str]:
    own = [f"- {one.number}. {_failing(two)}" for one in report.incidents for two in one.failings]
    return own + [f"- {_failing(one)}" for one in report.failings]
