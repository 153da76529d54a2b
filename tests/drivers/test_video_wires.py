"""The tables of cameras: every name in them is one of the thing model that they are of."""

import pytest

from linli.app import catalogue
from linli.contracts.wires import Wire
from linli.drivers.wiring import Wires

MODELS, _ = catalogue.models()
TABLES = catalogue.wires()
ROWS = [
    (driver, name)
    for driver in ("gb28181", "isapi", "onvif")
    for name in sorted(TABLES.get(driver, {}))
]
OPTIONS = {"onvif": {"connect": "192.0.2.7:80"}}


class TestTables:
    @pytest.mark.parametrize(("driver", "name"), ROWS)
    def test_name_only_what_their_models_have(self, driver, name):
        [model] = TABLES[driver][name]["models"]
        wire = Wire(
            driver=driver, address="", model=model, options=OPTIONS.get(driver, {}), is_line=True
        )

        table = Wires(tables=TABLES, models=MODELS).wired(wire=wire, code="cam").map

        said = {
            one
            for field in ("alarms", "changes", "status", "position", "events")
            for one in getattr(table, field, {}).values()
        }
        said |= {row.event or row.property for row in getattr(table, "topics", ())}
        assert said <= set(MODELS[model].points())
        assert set(table.services) <= set(MODELS[model].services)

    def test_are_there_for_all_three(self):
        assert {driver for driver, _ in ROWS} == {"gb28181", "isapi", "onvif"}

    @pytest.mark.parametrize("driver", ["gb28181", "isapi", "onvif"])
    def test_show_no_password(self, driver):
        [protocol] = [
            one for one in Wires(tables=TABLES, models=MODELS).protocols() if one.name == driver
        ]

        assert [one.secret for one in protocol.line if one.name == "password"] == [True]
