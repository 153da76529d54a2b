"""The tables of cameras: every name in them is one of the thing model that they are of."""

import pytest

from linli.app import catalogue
from linli.contracts.wires import Wire
from linli.drivers.wiring import Wires

MODELS, _ = catalogue.models()
TABLES = catalogue.wires()
DRIVERS = ("gat1400", "gb28181", "isapi", "onvif")
ROWS = [
    (driver, name, model)
    for driver in DRIVERS
    for name, table in sorted(TABLES.get(driver, {}).items())
    for model in table["models"]
]
OPTIONS = {"onvif": {"connect": "192.0.2.7:80"}}


class TestTables:
    @pytest.mark.parametrize(("driver", "name", "model"), ROWS)
    def test_name_only_what_their_models_have(self, driver, name, model):
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
        assert set(getattr(table, "services", ())) <= set(MODELS[model].services)

    def test_are_there_for_all(self):
        assert {driver for driver, *_ in ROWS} == set(DRIVERS)

    @pytest.mark.parametrize("driver", DRIVERS)
    def test_show_no_password(self, driver):
        [protocol] = [
            one for one in Wires(tables=TABLES, models=MODELS).protocols() if one.name == driver
        ]

        assert [one.secret for one in protocol.line if one.name == "password"] == [True]
