"""Every mistake of a draft, not the first only: what is wrong is named, put aside, and the rest is
read again.
"""

from collections.abc import Iterator, Mapping

from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.registry.trials import layout
from linli.registry.trials.layout import Value
from linli.scenes.load import load
from linli.scenes.model import Scene, Story

Rows = dict[str, Value]

_MOST = 24
_STANDS_IN: Mapping[str, Value] = {
    "id": "service.draft.draft",
    "name": {"zh": "草稿", "en": "draft"},
    "severity": "info",
    "source": "—",
    "when": {"silent": "1h"},
}
"""What stands in for a part that must be there."""

_STEP: Value = {"notify": "guard", "text": {"zh": "—", "en": "—"}}
_STORIES: list[Value] = [
    {"title": "—", "given": ["0s nothing"], "then": ["0s alarm raised"]},
    {"title": "—", "given": ["0s nothing"], "then": []},
]


def mistakes(
    rows: Mapping[str, Value], *, models: Mapping[str, ThingModel]
) -> tuple[Scene | None, list[Fault]]:
    """Return a table as a scene, without its stories, and every mistake in it but theirs.

    In the scene something stands in for what is wrong; it is None where nothing could.
    """
    work: Rows = {**rows, "story": _STORIES}
    found: list[Fault] = []
    for _ in range(_MOST):
        try:
            return load(layout.text(work), file="", models=models), found
        except Fault as fault:
            where = str(fault.values.get("key", ""))
            if fault.key not in _follows(found):
                found.append(fault)
            if not _put_aside(work, where):
                break
    return None, found


def read_story(written: Value, *, models: Mapping[str, ThingModel]) -> Story:
    """Return one story of a table.

    :raises Fault: naming what is wrong below `story.0`
    """
    rows: Rows = {**_STANDS_IN, "story": [written, *_STORIES]}
    return load(layout.text(rows), file="", models=models).stories[0]


def _follows(found: list[Fault]) -> Iterator[str]:
    """Yield the mistakes that only come of what was put aside."""
    parts = {str(one.values.get("key", "")).partition(".")[0] for one in found}
    if parts & {"when", "clear"}:
        yield "scenes.needs_clear"
    if parts & {"alarm", "do"}:
        yield "scenes.nothing_to_do"


def _put_aside(work: Rows, where: str) -> bool:
    """Take what is wrong out of a table; False if nothing is left to take."""
    part, _, rest = where.partition(".")
    step = rest.partition(".")[0]
    steps = work.get("do")
    if part == "do" and step.isdecimal() and isinstance(steps, list) and int(step) < len(steps):
        fresh = [_STEP if at == int(step) else one for at, one in enumerate(steps)]
        changed: Rows = {**work, "do": fresh}
    elif part == "when":
        changed = {name: one for name, one in work.items() if name not in {"clear", "needs"}}
        changed |= {"when": _STANDS_IN["when"]}
    elif part == "do" and "do" not in work:
        changed = {**work, "alarm": True}
    elif part in _STANDS_IN:
        changed = {**work, part: _STANDS_IN[part]}
    else:
        changed = {name: one for name, one in work.items() if name != part}
    moved = changed != work
    work.clear()
    work.update(changed)
    return moved
