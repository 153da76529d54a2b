"""Of what a scene may be made in a community: what its devices measure, tell and can do."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from linli.contracts.things import Property, Service, ThingModel
from linli.kernel.words import Words
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes import queries as scenes
from linli.registry.trials import ports, words
from linli.scenes import vocabulary
from linli.scenes.sentence import MODES, WHO
from linli.scenes.vocabulary import Vocabulary


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word that a scene may use, and what people call it."""

    id: str
    words: Words
    count: int = 0


class PointTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A point that some devices here have. `values` are those of an enum or a truth value."""

    name: str
    words: Words
    unit: str
    type: str
    range: tuple[float, float] | None
    values: Sequence[tuple[str | bool, Words]]
    devices: int
    models: Sequence[str]


class ServiceTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A service that some devices here can do; all of them take these arguments."""

    name: str
    service: Service
    safety: bool
    devices: int


class ModeTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A mode of a place, and the values that it is known to have."""

    mode: str
    words: Words
    values: Sequence[Term]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """All words that a scene of one community may use."""

    points: Sequence[PointTerm]
    events: Sequence[Term]
    services: Sequence[ServiceTerm]
    modes: Sequence[ModeTerm]
    cases: Sequence[Term]
    people: Sequence[Term]
    places: Sequence[Term]
    boards: Sequence[Term]
    categories: Sequence[str]
    severities: Sequence[Term]


def of_community(community: str) -> Terms:
    """Return the words that a scene of a community may use."""
    counts = devices.counts_by_model(community=community)
    here = [one for one in device_catalogue.models().values() if counts.get(one.id)]
    known = vocabulary.of(here)
    kinds = places.count_by_kind(community=community)
    return Terms(
        points=[_point(name, known, here, counts) for name in sorted(known.properties)],
        events=[
            Term(id=name, words=known.events[name][0].name, count=_count(name, here, counts))
            for name in sorted(known.events)
        ],
        services=[_service(name, known, here, counts) for name in sorted(known.services)],
        modes=_modes(community),
        cases=_terms(ports.case_names()),
        people=[Term(id=one, words=Words(zh=zh, en=en)) for one, (zh, en) in WHO.items()],
        places=[
            Term(id=kind, words=words.named(kind, words.PLACES), count=count)
            for kind, count in sorted(kinds.items())
        ],
        boards=_terms(words.BOARDS),
        categories=sorted({f"{s.board}.{s.category}" for s in scene_catalogue.scenes().values()}),
        severities=_terms(words.SEVERITIES),
    )


def _terms(names: Mapping[str, Words]) -> list[Term]:
    return [Term(id=one, words=called) for one, called in names.items()]


def _count(name: str, here: Iterable[ThingModel], counts: Mapping[str, int]) -> int:
    """Return how many devices have a point or a service of a name."""
    return sum(counts[one.id] for one in here if name in one.points() or name in one.services)


def _point(
    name: str, known: Vocabulary, here: Sequence[ThingModel], counts: Mapping[str, int]
) -> PointTerm:
    first = known.properties[name][0]
    return PointTerm(
        name=name,
        words=first.name,
        unit=first.unit,
        type=first.type,
        range=known.range(name) if first.type in {"number", "integer"} else None,
        values=_values(name, first, known),
        devices=_count(name, here, counts),
        models=[one.id for one in here if name in one.properties],
    )


def _values(name: str, first: Property, known: Vocabulary) -> list[tuple[str | bool, Words]]:
    """Return the values on which all models here agree, with what people call them."""
    if first.type == "boolean":
        return [(False, words.TRUTH[0]), (True, words.TRUTH[1])]
    called = first.value_names or tuple(Words(zh=one, en=one) for one in first.values)
    return [
        (value, said)
        for value, said in zip(first.values, called, strict=False)
        if known.index(name, value) is not None
    ]


def _service(
    name: str, known: Vocabulary, here: Sequence[ThingModel], counts: Mapping[str, int]
) -> ServiceTerm:
    every = known.services[name]
    return ServiceTerm(
        name=name,
        service=every[0],
        safety=any(one.safety for one in every),
        devices=_count(name, here, counts),
    )


def _modes(community: str) -> list[ModeTerm]:
    """Return the modes that scenes of the catalogue know, and those in which places here are."""
    values: dict[str, list[str]] = {}
    for word in MODES:
        mode, _, value = word.partition("=")
        values.setdefault(mode, []).extend([value] if value else [])
    for row in scenes.modes(community=community):
        known = values.setdefault(row.mode, [])
        known.extend([row.value] if row.value not in known else [])
    return [
        ModeTerm(
            mode=mode,
            words=_called(mode, mode),
            values=[Term(id=one, words=_called(f"{mode}={one}", one)) for one in found],
        )
        for mode, found in values.items()
    ]


def _called(word: str, bare: str) -> Words:
    zh, en = MODES.get(word, (bare, bare))
    return Words(zh=zh, en=en)
