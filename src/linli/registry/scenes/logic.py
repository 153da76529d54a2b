"""Rules of what people may change about scenes, and scenes in words."""

import re
from collections.abc import Collection, Mapping

from linli.contracts.things import Property, ThingModel
from linli.kernel.fault import Fault
from linli.scenes.limits import is_span
from linli.scenes.sizes import LONGEST_S, MOST_COUNT, MOST_NUMBER

LONGEST_REASON = 500
MOST_OWN = 500
"""Scenes of its own, and versions of one scene, that a community may have."""
STAGES = ("off", "shadow", "on")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,47}")
_DIFFERENCES = {"hysteresis", "rises", "falls"}


class NeedsReason(Fault):
    key = "scenes.needs_reason"
    status = 422


class BadStage(Fault):
    key = "scenes.bad_stage"
    status = 422


class AlreadySo(Fault):
    key = "scenes.already_so"


class ChangeWaits(Fault):
    """Another change of this scene waits for a second person."""

    key = "scenes.change_waits"


class AlreadyDecided(Fault):
    key = "scenes.already_decided"


class SamePerson(Fault):
    """Who wrote the text or asked for the change cannot be the second person."""

    key = "scenes.same_person"


class NotYours(Fault):
    """Only who asked for a change withdraws it."""

    key = "scenes.not_yours"
    status = 403


class Overtaken(Fault):
    """The scene stands otherwise since: another text or stage is in force."""

    key = "scenes.overtaken"


class DraftWrong(Fault):
    """`problems` are rows of `where`, `key`, `message`."""

    key = "scenes.draft_wrong"
    status = 422


class TooManyScenes(Fault):
    key = "scenes.too_many"


class UnknownLimit(Fault):
    key = "scenes.unknown_limit"
    status = 422


class BadLimit(Fault):
    key = "scenes.bad_limit"
    status = 422


class LimitOvertaken(Fault):
    """The limit is another since, or the scene has another text."""

    key = "scenes.limit_overtaken"


class BadMode(Fault):
    key = "scenes.bad_mode"
    status = 422


def check_stage(*, stage: str, version: int, reason: str, due: bool) -> None:
    """Refuse a stage that is none, or too long a reason, or none where one is due.

    :raises BadStage: if there is no such stage
    :raises NeedsReason: if nobody says why
    """
    if stage not in STAGES or version < 0:
        raise BadStage(stage=stage[:16], known=", ".join(STAGES))
    check_reason(reason=reason, due=due or stage == "off")


def check_reason(*, reason: str, due: bool) -> None:
    """Refuse a reason that is too long, or missing where one is due.

    :raises NeedsReason: if it is
    """
    if (due and not reason.strip()) or len(reason) > LONGEST_REASON:
        raise NeedsReason(longest=LONGEST_REASON)


def check_approval(*, by: int, authors: Collection[int | None], change: int) -> None:
    """Refuse that who wrote or asked for something also lets it pass.

    :raises SamePerson: if he does
    """
    if by in authors:
        raise SamePerson(change=change)


def check_waiting(*, state: str, change: int) -> None:
    """Refuse to decide what was decided.

    :raises AlreadyDecided: if it was
    """
    if state != "waiting":
        raise AlreadyDecided(change=change, state=state)


def check_limit(
    *,
    scene: str,
    key: str,
    value: float | None,
    limits: Mapping[str, tuple[float, str]],
    models: Mapping[str, ThingModel],
) -> None:
    """Refuse a limit that the scene does not have, or a value by which it would never act, or
    always: one that no sensor shows, a span longer than a text may have.

    `limits` are those of the scene: value and point, by key.

    :raises UnknownLimit: if it has no such limit
    :raises BadLimit: if the value is out of bounds
    """
    if key not in limits:
        raise UnknownLimit(scene=scene, key=key, known=", ".join(limits))
    if value is None:
        return
    point = limits[key][1]
    if not within(key=key, value=value, point=point, models=models):
        low, high = _bounds(key, point, models)
        raise BadLimit(key=key, value=f"{value:g}", low=f"{low:g}", high=f"{high:g}")


def within(*, key: str, value: float, point: str, models: Mapping[str, ThingModel]) -> bool:
    """Tell whether a limit can have a value: one that sensors of its point show, for so long as a
    text may say.
    """
    low, high = _bounds(key, point, models)
    return low <= value <= high


def _bounds(key: str, point: str, models: Mapping[str, ThingModel]) -> tuple[float, float]:
    """Return least and greatest of a limit: what sensors of its point show, for a value; how far
    that reaches, for a difference.
    """
    name = key.rpartition(".")[2]
    if is_span(key):
        return 0.0, LONGEST_S
    if name == "count":
        return 1.0, MOST_COUNT
    properties = [one.properties[point] for one in models.values() if point in one.properties]
    spans = [_span(one) for one in properties] or [(-MOST_NUMBER, MOST_NUMBER)]
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    return (0.0, high - low) if name in _DIFFERENCES else (low, high)


def _span(one: Property) -> tuple[float, float]:
    if one.values:
        return 0.0, len(one.values) - 1.0
    if one.type == "boolean":
        return 0.0, 1.0
    return one.range or (-MOST_NUMBER, MOST_NUMBER)


def check_mode(*, mode: str, value: str) -> None:
    """Refuse words that no scene could ask for.

    :raises BadMode: if one has other signs than a-z, 0-9 and the underscore
    """
    if not _WORD.fullmatch(mode) or not _WORD.fullmatch(value):
        raise BadMode(mode=mode[:48], value=value[:48])
