"""Envelopes, signatures, notifications and probes: what is read of them, and what is refused."""

import base64
import tomllib
from pathlib import Path

import msgspec
import pytest

from linli.contracts.things import ThingModel
from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.line import Wired
from linli.drivers.onvif import discovery, events, orders, soap, telling
from linli.drivers.onvif.options import LineOptions, Map, Topic
from linli.kernel.words import Words

ROOT = Path(__file__).parents[3]
PULLED = (ROOT / "tests/samples/onvif/pulled.xml").read_bytes()
CAMERA = msgspec.convert(
    tomllib.loads((ROOT / "catalog/wires/onvif/camera.toml").read_text("utf-8")), Map
)


def wired(code, address, options=None):
    return Wired(
        community="hemu",
        code=code,
        model=ThingModel(id="camera", name=Words(zh="x", en="x"), category="video", period="1m"),
        address=address,
        gateway=None,
        options=options or LineOptions(connect="127.0.0.1:80"),
        map=CAMERA,
    )


LINE = wired("cam", "")


class TestSignature:
    def test_signs_as_the_vector_does(self):
        signed = soap.digest(
            nonce=base64.b64decode("LKqI6G/AikKCQrN0zqZFlg=="),
            created="2010-09-16T07:50:45Z",
            password="userpassword",
        )

        assert signed == "tuOSpGlFlIXsozq4HFNeeGeFLEI="

    def test_says_it_in_a_header_without_the_password(self):
        header = soap.security(user="a<b", password="secret", nonce=b"0123456789abcdef", now=0)

        token = next(markup.below(markup.read(soap.envelope("", header=header)), "UsernameToken"))
        assert markup.text(token, "Username") == "a<b"
        assert markup.text(token, "Created") == "1970-01-01T00:00:00Z"
        assert "secret" not in header


class TestAnswer:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [("ter:NotAuthorized", "wrong_password"), ("ter:InvalidArgVal", "refused")],
    )
    def test_says_why_a_camera_would_not(self, code, reason):
        raw = soap.envelope(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
            f"<s:Value>{code}</s:Value></s:Subcode></s:Code></s:Fault>"
        )

        with pytest.raises(soap.SoapFault) as fault:
            soap.answer(raw)

        assert fault.value.reason == reason

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"<html/>",
            soap.envelope(""),
            b'<!DOCTYPE a [<!ENTITY x "y">]><s/>',
            b"<Envelope><Body>" + b"<a>" * 100,
            b"<Envelope>" + b" " * 10_000_000,
        ],
        ids=range(6),
    )
    def test_refuses_what_is_no_envelope_or_hostile(self, raw):
        with pytest.raises(BadFrame):
            soap.answer(raw)

    def test_gives_reference_parameters_back_with_their_namespaces(self):
        raw = soap.envelope(
            "<a:ReferenceParameters><k:Id xmlns:k='urn:k' b='1'>7</k:Id></a:ReferenceParameters>"
        )

        again = markup.read(soap.reference_parameters(raw).encode(), whole_names=True)

        assert (again.tag, again.text) == ("{urn:k}Id", "7")
        assert soap.reference_parameters(soap.envelope("<a:x/>")) == ""


class TestNotices:
    def test_reads_what_was_pulled(self):
        first, second, third = events.notices(soap.answer(PULLED))

        assert first.topic == "RuleEngine/CellMotionDetector/Motion"
        assert (first.is_snapshot, first.truth("IsMotion")) == (True, True)
        assert (first.at, second.at) == (1780626600.0, 1780626600.5)
        assert (second.topic, second.data) == ("Device/IO/VirtualInput", {"active": "0"})
        assert (third.operation, third.source) == ("", {"VideoSourceConfigurationToken": "2"})

    def test_survives_any_byte_that_is_wrong(self):
        for at in range(0, len(PULLED), 3):
            broken = bytearray(PULLED)
            broken[at] ^= 0x21
            try:
                list(events.notices(soap.answer(bytes(broken))))
            except (BadFrame, soap.SoapFault):
                continue


def notice(topic="RuleEngine/CellMotionDetector/Motion", operation="Changed", **data):
    return events.Notice(
        topic=topic, operation=operation, at=1000.0, source={"Source": "1"}, data=data
    )


class TestStates:
    def read(self, states, said, device=LINE):
        found = states.reading(notice=said, device=device, clock_ahead_s=30.0)
        return (found.name, found.value) if found is not None else None

    def test_tells_what_becomes_true_and_no_snapshot(self):
        states = telling.States()
        told = [
            self.read(states, notice(operation=operation, IsMotion=said))
            for operation, said in [
                ("Initialized", "true"),
                ("Changed", "true"),
                ("Changed", "false"),
                ("Changed", "1"),
                ("Changed", "true"),
                ("Deleted", "true"),
            ]
        ]

        assert told == [None, None, None, ("motion_seen", 1), None, None]

    def test_tells_what_has_no_state_each_time_but_as_no_snapshot(self):
        states = telling.States()
        crossed = "RuleEngine/LineDetector/Crossed"

        told = [
            self.read(states, notice(topic=crossed, operation=one, ObjectId="1"))
            for one in ("", "", "Initialized")
        ]

        assert told == [("line_crossed", 1), ("line_crossed", 1), None]

    def test_puts_the_time_of_a_wrong_clock_right(self):
        found = telling.States().reading(
            notice=notice(IsMotion="true"), device=LINE, clock_ahead_s=30.0
        )

        assert found.at == 970.0
        assert msgspec.json.decode(found.extras)["source"] == {"Source": "1"}

    def test_holds_nothing_where_the_item_lacks_or_the_topic_is_unknown(self):
        states = telling.States()

        assert self.read(states, notice(Other="true")) is None
        assert self.read(states, notice(topic="X/Y", State="true")) is None

    @pytest.mark.parametrize(
        ("topic", "event"),
        [
            ("VideoSource/GlobalSceneChange/ImagingService", "picture_covered"),
            ("Device/HardwareFailure/StorageFailure", "storage_fault"),
            ("Device/HardwareFailure/FanFailure", "device_fault"),
            ("Device/Trigger/Relay", None),
        ],
    )
    def test_takes_the_most_special_row_of_a_table(self, topic, event):
        row = CAMERA.topic(topic)

        assert (row.event if row else None) == event

    def test_is_of_the_source_that_it_names(self):
        members = {"1": wired("gate", "1")}

        assert telling.whose(notice=notice(), line=LINE, members=members).code == "gate"
        assert telling.whose(notice=notice(), line=LINE, members={}).code == "cam"

    @pytest.mark.parametrize("row", [{}, {"event": "a", "property": "b"}, {"property": "b"}])
    def test_refuses_a_row_that_says_nothing_or_both(self, row):
        with pytest.raises(ValueError, match="event"):
            Topic(topic="A/B", **row)


class TestDiscovery:
    ANSWER = (
        b'<s:Envelope xmlns:s="x"><s:Header><RelatesTo>urn:uuid:1</RelatesTo></s:Header><s:Body>'
        b"<ProbeMatches><ProbeMatch><EndpointReference><Address>urn:uuid:9</Address>"
        b"</EndpointReference><Scopes>onvif://www.onvif.org/name/East%20Gate "
        b"onvif://www.onvif.org/hardware/X1</Scopes><XAddrs>http://[::1]:x/ ftp://192.0.2.1/ "
        b"http://192.0.2.7/onvif/device_service http://192.0.2.8:81/</XAddrs></ProbeMatch>"
        b"</ProbeMatches></s:Body></s:Envelope>"
    )

    def test_reads_who_answers(self):
        [match] = discovery.matches(self.ANSWER, message_id="urn:uuid:1")

        assert (match.address, match.name) == ("192.0.2.7:80", "East Gate")
        assert (match.endpoint, match.hardware) == ("urn:uuid:9", "X1")

    def test_takes_no_answer_to_another_probe(self):
        assert discovery.matches(self.ANSWER, message_id="urn:uuid:2") == []

    def test_asks_for_video_transmitters(self):
        root = markup.read(discovery.probe("urn:uuid:1"))

        assert next(markup.below(root, "Types")).text == "dn:NetworkVideoTransmitter"


class TestOrders:
    def test_writes_movements_and_presets(self):
        move = orders.ptz("move", {"pan_pct": -50, "zoom_pct": 100.0}, profile="a&b")
        call = orders.ptz("preset_call", {"preset": 3.0}, profile="p")

        assert "<tptz:ProfileToken>a&amp;b</tptz:ProfileToken>" in move
        assert '<tt:PanTilt x="-0.5" y="0"/><tt:Zoom x="1"/>' in move
        assert "<tptz:PresetToken>3</tptz:PresetToken>" in call

    @pytest.mark.parametrize(
        ("action", "args"),
        [("move", {"pan_pct": 101}), ("preset_set", {}), ("preset_call", {"preset": "x"})],
    )
    def test_refuses_arguments_out_of_range(self, action, args):
        with pytest.raises(orders.BadArguments):
            orders.ptz(action, args, profile="p")
