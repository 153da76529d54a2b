"""The table of the catalogue, and what an operator may set."""

import msgspec
import pytest

from linli.drivers.ykc.driver import DRIVER
from linli.drivers.ykc.options import Line
from tests.drivers.tables import wired, wires
from tests.drivers.ykc.test_line import TARIFF


class TestMap:
    def test_names_only_what_its_model_has(self):
        (table,) = wires().maps(DRIVER).values()
        model = wired("ykc", "p", "ev_charger", "1").model

        assert set(table.properties) <= set(model.properties)
        assert set(table.events) <= set(model.events)
        assert set(table.services) <= set(model.services)


class TestOptions:
    def test_a_tariff_is_read_as_it_is_written(self):
        found = msgspec.convert({"tariff": TARIFF}, Line)

        assert found.tariff.flat.energy == "0.61235"

    @pytest.mark.parametrize(
        "options",
        [
            {"listen": "8768"},
            {"heartbeat_s": 0},
            {"tariff": TARIFF | {"day": ["01:00 flat"]}},
            {"tariff": TARIFF | {"flat": {"energy": 0.6}}},
            {"accounts": [{"card": "D14B0A54", "card_face": "x"}]},
            {"unknown": 1},
        ],
    )
    def test_what_cannot_be_is_refused(self, options):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(options, Line)
