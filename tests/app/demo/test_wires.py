"""How devices of 和睦里 stand on wires: as the drivers will take them."""

from collections import Counter

import pytest

from linli.app.demo import wires
from linli.contracts.wires import Wire as Asked
from linli.drivers.gb26875.units import Units
from linli.drivers.line import Wired

KEY = "an installation's secret"


@pytest.fixture(scope="module")
def wired(sown):
    return [thing for thing in sown.things if thing.wire]


class TestWire:
    def test_is_taken_by_its_driver_with_a_table_for_its_model(self, wired, known):
        mapless = []
        for thing in wired:
            options = wires.options(wire=thing.wire, code=thing.code, key=KEY)
            asked = Asked(
                driver=thing.wire.driver, address=thing.wire.address, model=thing.model,
                options=options, is_line=not thing.above,
            )  # fmt: skip
            found = known.wired(wire=asked, code=thing.code)
            if thing.above and found.map is None:
                mapless.append(thing.code)

        assert mapless == []

    def test_stands_below_one_that_speaks_the_same(self, wired):
        by_code = {thing.code: thing for thing in wired}

        for thing in wired:
            assert not thing.above or by_code[thing.above].wire.driver == thing.wire.driver

    def test_has_an_address_of_its_own_on_its_line(self, wired):
        places = Counter((thing.above, thing.wire.address) for thing in wired if thing.above)

        assert max(places.values()) == 1

    def test_uses_each_protocol_for_more_than_a_few(self, wired):
        spoken = Counter(thing.wire.driver for thing in wired if thing.above)

        assert set(spoken) == {"dlt645", "cjt188", "modbus", "gb26875", "ocpp", "ykc"}
        assert min(spoken.values()) >= 20

    def test_fire_parts_hang_on_a_panel_that_can_tell_them(self, wired, models):
        def member(thing):
            return Wired(
                community="hml", code=thing.code, model=models[thing.model],
                address=thing.wire.address, gateway=thing.above, options=None,
            )  # fmt: skip

        fire = [thing for thing in wired if thing.wire.driver == "gb26875"]
        line = next(thing for thing in fire if not thing.above)

        units = Units(member(line), [member(thing) for thing in fire if thing.above])

        assert units.odd == []


class TestOptions:
    def test_keep_no_secret_that_two_installations_share(self, wired):
        meter = next(thing for thing in wired if thing.wire.driver == "dlt645" and thing.above)
        charger = next(thing for thing in wired if thing.wire.driver == "ocpp" and thing.above)

        made = [
            wires.options(wire=thing.wire, code=thing.code, key=key)["password"]
            for thing in (meter, charger)
            for key in ("a", "b")
        ]

        assert len(set(made)) == 4
        assert all(len(password) == 6 and password.isdigit() for password in made[:2])

    def test_lines_listen_on_loopback_at_a_port_that_the_system_picks(self, wired):
        lines = [thing.wire.options["listen"] for thing in wired if not thing.above]

        assert set(lines) == {"127.0.0.1:0"}

    def test_give_each_pile_a_card_of_its_own(self, wired):
        piles = [one for one in wired if one.wire.driver == "ykc"]
        line = next(one for one in piles if not one.above)

        cards = {wires.card(one.wire.address) for one in piles if one.above}

        assert len(cards) == len(piles) - 1
        assert cards <= {account["card"] for account in line.wire.options["accounts"]}
