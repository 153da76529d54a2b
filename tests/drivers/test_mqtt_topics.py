"""Which topics are one's own."""

import pytest

from linli.drivers.mqtt.topics import interest, is_filter, parse

OWN = frozenset({"gw", "c1", "c2"})


def asked(text, *, many=True, devices=OWN):
    return interest(filter=text, community="hml", devices=devices, many=many, qos=1)


class TestParse:
    def test_takes_a_topic_apart(self):
        found = parse(b"v1/hml/c1/readings")

        assert found is not None
        assert (found.community, found.device, found.what) == ("hml", "c1", "readings")

    @pytest.mark.parametrize("topic", [b"", b"v1", b"v2/a/b/c", b"v1/a/b/c/d", b"\xff", b"/v1/a/b"])
    def test_knows_no_other_topic(self, topic):
        assert parse(topic) is None


class TestIsFilter:
    @pytest.mark.parametrize("text", ["a", "+", "#", "a/+/b", "a/#", "+/+/#", "/", "a//b"])
    def test_accepts_well_formed_filters(self, text):
        assert is_filter(text)

    @pytest.mark.parametrize("text", ["", "a#", "a/#/b", "a+", "+a/b", "#/a"])
    def test_refuses_others(self, text):
        assert not is_filter(text)


class TestInterest:
    @pytest.mark.parametrize(
        ("text", "hears"),
        [
            ("v1/hml/c1/commands", {"c1"}),
            ("v1/hml/c1/+", {"c1"}),
            ("v1/hml/c1/#", {"c1"}),
            ("v1/hml/+/commands", OWN),
            ("v1/hml/#", OWN),
            ("v1/hml/+/commands/#", OWN),
        ],
    )
    def test_hears_what_was_asked_for(self, text, hears):
        found = asked(text)

        assert found is not None
        assert {device for device in OWN if found.hears(device, "commands")} == hears

    @pytest.mark.parametrize(
        "text",
        ["#", "+/hml/c1/commands", "v1/#", "v1/+/c1/commands", "v1/other/c1/commands",
         "v1/hml/c9/commands", "v1/hml/c1", "v1/hml/c1/commands/x", "v2/hml/c1/commands"],
    )  # fmt: skip
    def test_refuses_to_reach_beyond_ones_own(self, text):
        assert asked(text) is None

    @pytest.mark.parametrize("text", ["v1/hml/+/commands", "v1/hml/#"])
    def test_lets_only_gateways_ask_for_all(self, text):
        assert asked(text, many=False, devices=frozenset({"c1"})) is None
