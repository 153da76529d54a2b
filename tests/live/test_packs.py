"""The quick way of SenML packs does what the thorough way does, or leaves the pack to it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.live.gate import Gate
from tests.live.house import directory, models

NOW = 1_767_225_600.0
REGISTER = directory(units=2, children=2, safe=1)
SPOKEN = [
    "co",
    "lamp",
    "door",
    "d0001:co",
    "nobody:co",
    "c0001:co",
    "c0002:co",
    "bad name",
    "",
    "d0001:door",
]


def gate():
    made = Gate(directory=REGISTER, models=models())
    made.now = NOW
    return made


def gateway(made):
    found = made.plan("gw", "readings")
    assert found is not None
    return found


def taken(made):
    """Return what lies in both lanes, and what was refused."""
    rows = []
    for lane in (made.safety, made.bulk):
        pending = lane.take_all()
        rows.append((pending.points, pending.times, pending.values, pending.quality))
    told = made.refusals.tell(community="house", at=0)
    return rows, [(one.device, one.reason, one.count, one.taken) for one in told]


def body(records):
    return json.dumps(records).encode()


RECORDS = st.lists(
    st.fixed_dictionaries(
        {"n": st.sampled_from(SPOKEN), "v": st.sampled_from([0, 1, 41.5, 1e300, -3])},
        optional={
            "t": st.sampled_from([0, -5, 3.5, NOW, NOW + 1e9]),
            "u": st.sampled_from(["mg/m3", "Cel", ""]),
            "bn": st.sampled_from(["c0001:", "x", ""]),
            "bt": st.sampled_from([NOW, NOW - 9e9, 5]),
            "bu": st.just("Cel"),
            "vb": st.just(True),
            "x_": st.just(1),
        },
    ),
    max_size=6,
)


class TestTake:
    @settings(max_examples=400, deadline=None)
    @given(RECORDS)
    def test_does_with_every_pack_what_the_thorough_way_does(self, records):
        quick, thorough = gate(), gate()
        plan = gateway(quick)

        plan.take(body(records))
        gateway(thorough).take_all(body(records))

        assert taken(quick) == taken(thorough)

    @pytest.mark.parametrize(
        "records",
        [
            [{"bn": "c0001:", "bt": NOW - 5, "n": "co", "v": 1}, {"n": "co", "v": 2, "t": 1}],
            [{"n": "c0001:co", "v": 1}, {"n": "c0002:co", "v": 2}],
            [{"n": "c0001:co", "v": 1, "u": "mg/m3", "t": NOW}],
        ],
    )
    def test_takes_the_usual_forms_itself(self, records):
        made = gate()
        plan = gateway(made)

        took = plan._packs.take(body(records), now=NOW, oldest=NOW - 100, latest=NOW + 100)

        assert took
        assert len(made.bulk.pending.points) == len(records)

    @pytest.mark.parametrize(
        "payload",
        [
            body([{"n": "c0001:co", "v": 1}, {"n": "c0002:co", "v": 1e9}]),
            body([{"n": "c0001:co", "v": 1}, {"bn": "c0002:", "n": "co", "v": 1}]),
            body([{"n": "c0001:co", "v": 1}, {"n": "c0001:nothing", "v": 1}]),
            body([{"n": "c0001:co", "v": 1, "t": NOW - 1e8}]),
            body([{"n": "c0001:co", "v": 1, "u": "Cel"}]),
            rb'[{"n":"c0001:co","v":1},{"\u0062n":"c0002:","n":"co","v":1}]',
            b'[{"n":"c0001:co","v":1}',
            b"[]",
            b"\xff",
        ],
    )
    def test_leaves_the_others_untouched(self, payload):
        made = gate()
        plan = gateway(made)

        took = plan._packs.take(payload, now=NOW, oldest=NOW - 100, latest=NOW + 100)

        assert not took
        assert (made.bulk.pending.size, made.safety.pending.size) == (0, 0)

    def test_remembers_a_bounded_number_of_forms(self):
        made = gate()
        plan = gateway(made)

        for count in range(1, 100):
            plan.take(body([{"n": "c0001:co", "v": 1}] * count))

        assert len(plan._packs._known) <= 16

    def test_remembers_a_bounded_number_of_names(self):
        made = gate()
        plan = gateway(made)

        for count in range(3000, 3010):
            plan.take(body([{"n": "c0001:co", "v": 1}] * count))
        for count in range(3000, 3010):
            plan.take(body([{"n": f"nothing-{count}", "v": 1}] * count))

        assert 0 < sum(len(names) for _, names, _ in plan._packs._known) <= 8192
        assert len(plan._packs._others) <= 16
