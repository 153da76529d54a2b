"""Interlocks: what must not be done while something is so."""

import pytest

from linli.app.catalogue import interlocks as shipped
from linli.app.catalogue import models
from linli.devices.interlocks import REASON, BadInterlock, Interlocks, Seen, load
from tests.laws.source import ROOT

NOW = 1_780_000_000.0
RULE = """
[[interlock]]
id = "no_power_into_smoke"
forbids = ["relay.close"]
while = { point = "smoke", equals = true, where = "unit", fresh = "1h" }
because = { zh = "有烟", en = "smoke" }
source = "practice"
"""


def rules(text=RULE):
    return Interlocks(load(text, file="interlocks.toml"))


def asked(found, *, seen, service="relay.close", by_scene=False, model="electricity_meter"):
    heard = []

    def near(device, where, point):
        heard.append((device, where, point))
        return seen

    guard = found.guard("em-1", model, service, near=near, now=lambda: NOW)
    why = guard(by_scene) if guard is not None else ""
    return why.removeprefix(REASON) or None, heard


class TestForbids:
    def test_while_the_point_shows_it(self):
        found, heard = asked(rules(), seen=[Seen(NOW - 5, 1.0)])

        assert found == "no_power_into_smoke"
        assert heard == [("em-1", "unit", "smoke")]

    def test_not_when_it_shows_nothing_of_the_kind(self):
        assert asked(rules(), seen=[Seen(NOW - 5, 0.0)])[0] is None

    def test_not_when_nothing_was_ever_seen(self):
        assert asked(rules(), seen=[])[0] is None

    def test_not_by_a_value_that_is_too_old(self):
        assert asked(rules(), seen=[Seen(NOW - 3601, 1.0)])[0] is None

    def test_another_service_is_free_and_asks_nothing(self):
        assert asked(rules(), seen=[Seen(NOW, 1.0)], service="relay.cut") == (None, [])

    def test_one_for_people_leaves_scenes_free(self):
        found = rules(RULE + 'holds_for = "people"\n')

        assert asked(found, seen=[Seen(NOW, 1.0)], by_scene=True)[0] is None
        assert asked(found, seen=[Seen(NOW, 1.0)])[0] == "no_power_into_smoke"

    def test_one_for_some_models_leaves_the_others_free(self):
        found = rules(RULE + 'models = ["ebike_socket"]\n')

        assert asked(found, seen=[Seen(NOW, 1.0)])[0] is None


@pytest.mark.parametrize(("mode", "stands"), [(0.0, False), (1.0, True), (2.0, True), (4.0, True)])
def test_no_floor_is_freed_at_a_lift_that_is_not_in_normal_service(mode, stands):
    found = Interlocks(shipped(ROOT / "catalog"))

    for by_scene in (True, False):
        said, heard = asked(
            found, seen=[Seen(NOW, mode)], service="floor.free", by_scene=by_scene, model="lift"
        )

        assert (said is not None) is stands
        assert heard[0] == ("em-1", "device", "lift_mode")


class TestLoad:
    @pytest.mark.parametrize(
        "changed",
        [
            RULE + RULE,
            RULE.replace("equals = true, ", ""),
            RULE.replace("equals = true", "equals = true, above = 1"),
            RULE.replace('"unit"', '"moon"'),
            RULE.replace("1h", "soon"),
            RULE.replace("because", "becoz"),
        ],
    )
    def test_refuses_what_is_wrong(self, changed):
        with pytest.raises(BadInterlock):
            load(changed, file="interlocks.toml")

    def test_those_of_the_catalogue_name_services_and_points_that_there_are(self):
        known, _ = models(ROOT / "catalog")
        services = {name for model in known.values() for name in model.services}
        points = {name for model in known.values() for name in model.points()}

        assert shipped(ROOT / "catalog")
        for rule in shipped(ROOT / "catalog"):
            assert rule.while_.point in points, rule.id
            assert set(rule.forbids) & services, rule.id
