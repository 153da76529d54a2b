"""Alarms as people see them: with names, and in a sentence."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.contracts.cases import CaseBrief, case_of_alarm
from linli.contracts.effects import AlarmRaised, Because
from linli.contracts.scenes import SceneBrief, scene_briefs
from linli.devices.model import Property
from linli.kernel.words import Words, both
from linli.registry.alarms import logic
from linli.registry.alarms.models import Alarm
from linli.registry.devices import catalogue
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.places import queries as places

_BRACKETS = {"zh": ("（限值 ", "）", " "), "en": (" (limit ", ")", " ")}


class Tipped(msgspec.Struct, frozen=True, kw_only=True):
    """The reading that tipped it, with what its point is called."""

    device: str
    point: str
    value: float
    limit: float | None
    unit: str
    point_name: Words


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm with the names of all that it is about."""

    row: Alarm
    scene_name: Words
    device_name: Words | None
    place_name: Words
    because: Tipped | None
    case: CaseBrief | None
    sentence: Words


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to name some alarms, read at once."""

    scenes: Mapping[str, SceneBrief]
    devices: Mapping[str, Device]
    places: Mapping[str, tuple[str, str]]


def dress(*, community: str, rows: Sequence[Alarm]) -> list[Shown]:
    """Return alarms with their names, sentences and cases, in a few queries for them all."""
    reasons = [_reason(row) for row in rows]
    names = named(
        community,
        [row.device for row in rows] + [one.device for one in reasons if one],
        [row.place for row in rows],
    )
    found = case_of_alarm(community, [row.pk for row in rows])
    out = []
    for row, reason in zip(rows, reasons, strict=True):
        tipped = reading(reason, names)
        place, scene = _place(row.place, names), _scene(row.scene, names)
        device = names.devices.get(row.device)
        out.append(
            Shown(
                row=row,
                scene_name=scene,
                device_name=device.name if device else None,
                place_name=place,
                because=tipped,
                case=found.get(row.pk),
                sentence=_sentence(place, scene, tipped, names),
            )
        )
    return out


def about(*, community: str, effects: Sequence[AlarmRaised]) -> list[dict[str, object]]:
    """Return what the chain of causes shows of each raising."""
    names = named(
        community,
        [effect.device or "" for effect in effects]
        + [effect.because.device for effect in effects if effect.because],
        [effect.place for effect in effects],
    )
    return [_about(effect, names) for effect in effects]


def _about(effect: AlarmRaised, names: Names) -> dict[str, object]:
    tipped = reading(effect.because, names)
    place, scene = _place(effect.place, names), _scene(effect.scene, names)
    found: dict[str, object] = {
        "scene": effect.scene,
        "scene_name": both(scene),
        "place": effect.place,
        "place_name": both(place),
        "severity": effect.severity.value,
        "sentence": both(_sentence(place, scene, tipped, names)),
    }
    if effect.device:
        found["device"] = effect.device
    if tipped:
        found |= {"point": tipped.point, "value": tipped.value, "limit": tipped.limit}
        found |= {"unit": tipped.unit, "point_name": both(tipped.point_name)}
    return found


def _reason(row: Alarm) -> Because | None:
    return msgspec.convert(row.because, Because) if row.because else None


def named(community: str, codes: Sequence[str], paths: Sequence[str]) -> Names:
    """Read what these devices and places, and all scenes, are called."""
    return Names(
        scenes=scene_briefs(community),
        devices=devices.by_code(community=community, codes=filter(None, codes)),
        places=places.full_names(community=community, paths=paths),
    )


def _scene(scene: str, names: Names) -> Words:
    brief = names.scenes.get(scene)
    return brief.name if brief else Words(zh=scene, en=scene)


def _place(path: str, names: Names) -> Words:
    zh, en = names.places.get(path, (path, path))
    return Words(zh=zh, en=en)


def _property(device: str, point: str, names: Names) -> Property | None:
    row = names.devices.get(device)
    model = catalogue.models().get(row.model) if row else None
    return model.properties.get(point) if model else None


def _point_name(device: str, point: str, names: Names) -> Words:
    row = names.devices.get(device)
    model = catalogue.models().get(row.model) if row else None
    known = model and (model.properties.get(point) or model.events.get(point))
    return known.name if known else Words(zh=point, en=point)


def reading(reason: Because | None, names: Names) -> Tipped | None:
    """Return the reading that tipped something, with what its point is called."""
    if reason is None:
        return None
    found = _property(reason.device, reason.point, names)
    return Tipped(
        device=reason.device,
        point=reason.point,
        value=reason.value,
        limit=reason.limit,
        unit=logic.unit(found.unit) if found else "",
        point_name=_point_name(reason.device, reason.point, names),
    )


def _sentence(place: Words, scene: Words, tipped: Tipped | None, names: Names) -> Words:
    """Say what was measured where it is a figure; else what the scene is called."""
    found = _property(tipped.device, tipped.point, names) if tipped else None
    if tipped is None or found is None or found.type not in {"number", "integer"}:
        return Words(zh=f"{place.zh} {scene.zh}", en=f"{place.en}: {scene.en}")
    value = f"{logic.figure(tipped.value)} {tipped.unit}".strip()
    limit = "" if tipped.limit is None else logic.figure(tipped.limit)
    name = tipped.point_name
    return Words(
        zh=logic.sentence(
            place=place.zh, what=name.zh, value=value, limit=limit, bracket=_BRACKETS["zh"]
        ),
        en=logic.sentence(
            place=f"{place.en}:", what=name.en, value=value, limit=limit, bracket=_BRACKETS["en"]
        ),
    )
