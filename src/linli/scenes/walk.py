"""Ways through a condition's tree."""

from collections.abc import Iterator

from linli.scenes.model import (
    All,
    Any,
    AnyCondition,
    Condition,
    Count,
    Happened,
    Held,
    Leaf,
    Looking,
    Not,
    Rate,
    Scene,
    Silence,
    Threshold,
)


def leaves(condition: AnyCondition | None) -> Iterator[Leaf]:
    """Yield the conditions that have no parts, in the order of the file; after a count its mode."""
    match condition:
        case None:
            return
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part) | Held(part=part):
            yield from leaves(part)
        case Count(during=during):
            yield condition
            yield from leaves(during)
        case _:
            yield condition


def looks(condition: AnyCondition | None) -> Iterator[Looking]:
    """Yield what looks at points; a count looks through what it counts."""
    for leaf in leaves(condition):
        if isinstance(leaf, Count):
            yield leaf.what
        elif isinstance(leaf, Looking):
            yield leaf


def nodes(condition: AnyCondition | None) -> Iterator[Condition]:
    """Yield a condition and all within it; of a count also what it counts, and while which mode."""
    if condition is None:
        return
    yield condition
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from nodes(part)
        case Not(part=part) | Held(part=part):
            yield from nodes(part)
        case Count(what=what, during=during):
            yield what
            yield from nodes(during)


def listens_for_silence(scene: Scene) -> bool:
    """Tell whether a scene asks what was not heard."""
    return any(isinstance(leaf, Silence) for leaf in (*leaves(scene.when), *leaves(scene.clear)))


def possible(condition: AnyCondition, *, points: bool, events: bool = True) -> bool:
    """Tell whether a condition could be true, the rest being as favourable as can be.

    :param points: whether a limit or a rate may be met
    :param events: whether an event may be happening
    """
    match condition:
        case Threshold() | Rate() | Count():
            return points
        case Happened():
            return events and points
        case All(parts=parts):
            return all(possible(part, points=points, events=events) for part in parts)
        case Any(parts=parts):
            return any(possible(part, points=points, events=events) for part in parts)
        case Held(part=part):
            return possible(part, points=points, events=events)
        case _:
            return True


def is_lazy(scene: Scene) -> bool:
    """Tell whether a scene can only begin when a limit is met, a rate seen or an event told.

    Of such a scene nothing need be kept for a device at which all is normal.
    """
    return not possible(scene.when, points=False)


def is_momentary(scene: Scene) -> bool:
    """Tell whether a scene's `when` holds for an instant only, and nothing says when it ends."""
    return scene.clear is None and not possible(scene.when, points=True, events=False)
