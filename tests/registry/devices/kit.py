"""Devices of the catalogue in an invented estate, and who answers the questions of the register."""

from datetime import timedelta

import pytest

from linli.app.catalogue import models as read_models
from linli.contracts import cases, directory, sentences
from linli.contracts import scenes as scene_contract
from linli.contracts.effects import (
    AlarmCleared,
    AlarmRaised,
    Because,
    CommandAcknowledged,
    CommandIssued,
    CommandSent,
    Severity,
)
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import catalogue, operations
from linli.registry.devices.operations import NewDevice
from linli.registry.places import queries as places
from linli.registry.scenes import bindings, known
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes import queries as scene_queries
from linli.scenes.load import load
from linli.web.sentences import said
from tests.laws.source import ROOT
from tests.registry.conftest import NOW

CO_SCENE = "safety.garage_air.co_over_limit"
CAUSE = "r:1:1780286400000"
NOW_S = NOW.timestamp()


def models():
    found, wrong = read_models(ROOT / "catalog")
    assert not wrong
    return found


CO_TOML = """
id = "safety.garage_air.co_over_limit"
name = { zh = "车库一氧化碳超标", en = "Garage CO over limit" }
severity = "major"
source = "invented for tests"
needs = { sensor = "co_mg_m3", actuator = "fan" }

[when]
point = "co_mg_m3"
above = 30
hold = "10s"

[clear]
below = 24
hold = "5m"

[[do]]
command = "fan.on"
where = "same garage"

[[do]]
case = "facility.air"
to = "engineer"
within = "15m"

[[story]]
title = { zh = "一辆没熄火的车", en = "a car left running" }
given = ["0s co 12", "20s co 41", "60s co 55", "9m co 20", "15m co 18"]
then = ["30s fan.on", "30s alarm raised", "30s case opened", "14m alarm cleared", "14m fan.off"]

[[story]]
title = { zh = "一股尾气不算", en = "a puff is not an alarm" }
given = ["0s co 12", "5s co 44", "9s co 15"]
then = []
"""


def co_scene(known):
    return load(CO_TOML, file="co_over_limit.toml", models=known)


@pytest.fixture(scope="session")
def known_models():
    return models()


@pytest.fixture(scope="session")
def known_scenes(known_models):
    return {CO_SCENE: co_scene(known_models)}


@pytest.fixture
def answers(monkeypatch, known_models, known_scenes):
    """Wire every question that the register asks of others, and let nothing be remembered."""
    known.forget()
    bindings.forget()
    for port, answer in (
        (catalogue.models, lambda: known_models),
        (scene_catalogue.scenes, lambda: known_scenes),
        (scene_contract.scene_briefs, scene_queries.briefs),
        (cases.case_of_alarm, lambda community, alarms: {}),
        (cases.open_cases, lambda community: frozenset()),
        (sentences.sentence, said),
        (cases.cases_between, lambda community, kinds, start, end: []),
        (directory.communities, places.communities),
    ):
        monkeypatch.setattr(port, "_answer", answer)


def new(code, model="garage_co_sensor", place="hml/p1", **more):
    return NewDevice(
        code=code, model=model, name=Words(zh=f"{code}号", en=f"No. {code}"), place=place, **more
    )


@pytest.fixture
def devices(estate, answers):
    """Two CO sensors and a fan in the garage, a loudspeaker in a room."""
    rows = operations.register_many(
        community="hml",
        devices=[
            new("co-1"),
            new("co-2"),
            new("fan-1", "garage_fan"),
            new("speaker-1", "loudspeaker", "hml/b03/u1/f01/101"),
        ],
        now=NOW,
    )
    return {row.code: row for row in rows}


def topics():
    return list(Outgoing.objects.order_by("id").values_list("topic", flat=True))


def issued(id="c1", at_s=0.0, **more):
    said = {"device": "fan-1", "service": "fan.on", "scene": CO_SCENE, "cause": CAUSE} | more
    return CommandIssued(
        id=id, at=NOW_S + at_s, community="hml", expires_at=NOW_S + 120, safety=True, **said
    )


def sent(command="c1", attempt=1, at_s=0.1):
    return CommandSent(
        id=f"{command}.s{attempt}",
        at=NOW_S + at_s,
        community="hml",
        cause=command,
        command=command,
        attempt=attempt,
    )


def acknowledged(command="c1", at_s=0.2):
    return CommandAcknowledged(
        id=f"{command}.a", at=NOW_S + at_s, community="hml", cause=command, command=command
    )


def raised(id="a1", at_s=0.0, **more):
    said = {"device": "co-1", "place": "hml/p1", "scene": CO_SCENE} | more
    return AlarmRaised(
        id=id,
        at=NOW_S + at_s,
        community="hml",
        cause=CAUSE,
        severity=Severity.MAJOR,
        because=Because(device="co-1", point="co_mg_m3", value=41.0, limit=30.0),
        **said,
    )


def cleared(alarm="a1", at_s=60.0):
    return AlarmCleared(
        id=f"{alarm}.c", at=NOW_S + at_s, community="hml", cause=alarm, alarm=alarm, scene=CO_SCENE
    )


def later(**span):
    return NOW + timedelta(**span)
