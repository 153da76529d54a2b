"""Every fact has a golden JSON: what was once written can be read for ever."""

import importlib
import pkgutil

import msgspec
import pytest

import linli.contracts
from linli.kernel.event import Event
from tests.laws.source import ROOT

GOLDEN = ROOT / "tests" / "laws" / "golden"


def facts():
    for module in pkgutil.iter_modules(linli.contracts.__path__):
        importlib.import_module(f"linli.contracts.{module.name}")
    return sorted(Event.__subclasses__(), key=lambda fact: fact.__name__)


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.__name__)
def test_the_golden_json_of_a_fact_is_still_read_and_written(fact):
    golden = (GOLDEN / f"{fact.__name__}.json").read_bytes()

    read = msgspec.json.decode(golden, type=fact)

    assert msgspec.json.decode(msgspec.json.encode(read)) == msgspec.json.decode(golden)


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.__name__)
def test_a_fact_has_its_place_in_the_reference(fact):
    page = (ROOT / "docs" / "reference" / "facts.md").read_text("utf-8")

    assert f"`{fact.__name__}`" in page
