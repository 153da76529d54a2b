"""Each thing model has a sample of what it says, and the gate takes all of it unflagged."""

import json

import pytest

from linli.app.catalogue import models
from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.live.gate import Gate
from tests.laws.source import ROOT

MODELS = models(ROOT / "catalog")[0]
SAMPLES = ROOT / "catalog" / "devices" / "samples"


def gate_for(model):
    points = MODELS[model].points()
    place = Directory(
        community="house",
        version=1,
        places=[PlaceEntry(path="house", kind="estate")],
        devices=[DeviceEntry(code="d1", model=model, place="house")],
        points=[PointEntry(number=n, device="d1", name=name) for n, name in enumerate(points)],
    )
    made = Gate(directory=place, models=MODELS)
    made.now = 1_772_600_400.0
    return made


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_sample_of_every_model_is_taken_whole(model):
    sample = json.loads((SAMPLES / f"{model}.json").read_text("utf-8"))
    gate = gate_for(model)

    plan = gate.plan("d1", "readings")
    answered = plan.take_all(json.dumps(sample["readings"]).encode())
    told = plan.take_all(json.dumps(sample["event"]).encode()) if "event" in sample else None

    assert (sample["model"], bool(sample["source"])) == (model, True)
    assert set(sample["readings"]) == set(MODELS[model].properties)
    assert (answered.taken, answered.refused) == (len(MODELS[model].properties), [])
    assert told is None or (told.taken, told.refused) == (1, [])
    assert gate.refusals.total == 0


def test_no_sample_is_of_a_model_that_is_gone():
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(MODELS)
