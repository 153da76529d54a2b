"""Codes, SIP, digests and MANSCDP: what is read of them, and what is refused."""

import json
import random
from pathlib import Path

import pytest

from linli.drivers import digest, markup
from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import codes, manscdp, sip

ALARMS = json.loads(
    (Path(__file__).parents[2] / "samples/gb28181/alarms.json").read_text(encoding="utf-8")
)
REGISTER = (
    b"REGISTER sip:34020000002000000001@3402000000 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bK1\r\n"
    b"From: <sip:34020000001320000001@3402000000>;tag=1\r\n"
    b"To: <sip:34020000001320000001@3402000000>\r\n"
    b"Call-ID: 1@192.0.2.9\r\nCSeq: 1 REGISTER\r\nExpires: 3600\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class TestCodes:
    def test_tells_place_industry_and_kind(self):
        code = codes.parse("34020000011320000001")

        assert (code.region, code.industry, code.type, code.serial) == ("340200", 1, 132, "000001")
        assert (code.type_name.zh, code.industry_name.en) == ("网络摄像机", "public community")
        assert code.model == "camera"

    def test_names_what_it_does_not_know_other(self):
        code = codes.parse("34020000993999000001")

        assert (code.type_name.en, code.industry_name.en, code.model) == ("other", "other", None)

    @pytest.mark.parametrize("text", ["", "3402000001132000000", "3402000001132000000x", "３" * 20])
    def test_refuses_what_is_not_twenty_digits(self, text):
        with pytest.raises(BadFrame):
            codes.parse(text)


class TestDigest:
    def test_signs_as_the_vector_does(self):
        signed = digest.response(
            user="34020000001320000001",
            realm="3402000000",
            password="12345678",
            method="REGISTER",
            uri="sip:34020000002000000001@3402000000",
            nonce="b700dc7cb094478503a21148184a3731",
        )

        assert signed == "d3b2112a038f2ec70ff611dd397f24e6"

    def signature(self, challenge, password="secret"):
        nonce = challenge.split('nonce="')[1].split('"')[0]
        said = digest.response(
            user="u", realm="r", password=password, method="REGISTER", uri="sip:x", nonce=nonce
        )
        return f'Digest username="u",realm="r",nonce="{nonce}",uri="sip:x",response="{said}"'

    def test_takes_a_signature_once(self):
        registrar = digest.Registrar(realm="r")
        value = self.signature(registrar.challenge(now=1000))

        first = registrar.check(value, method="REGISTER", password="secret", now=1001)
        again = registrar.check(value, method="REGISTER", password="secret", now=1002)

        assert (first, again) == ("", "stale")

    def test_takes_no_signature_of_another_password_nor_of_none(self):
        registrar = digest.Registrar(realm="r")

        wrong = registrar.check(
            self.signature(registrar.challenge(now=0), "x"),
            method="REGISTER",
            password="secret",
            now=1,
        )
        none = registrar.check(
            self.signature(registrar.challenge(now=0), ""), method="REGISTER", password="", now=1
        )

        assert (wrong, none) == ("wrong_password", "wrong_password")

    def test_takes_no_old_nonce_and_none_that_it_did_not_give(self):
        registrar = digest.Registrar(realm="r")
        old = self.signature(registrar.challenge(now=0))
        foreign = self.signature(digest.Registrar(realm="r").challenge(now=0))

        assert registrar.check(old, method="REGISTER", password="secret", now=400) == "stale"
        assert registrar.check(foreign, method="REGISTER", password="secret", now=1) == "stale"


class TestSip:
    def test_reads_who_asks_for_how_long(self):
        message = sip.read(REGISTER)

        assert sip.user(message) == "34020000001320000001"
        assert sip.expires(message, otherwise=1) == 3600

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            REGISTER[:-2],
            REGISTER.replace(b"Via", b"Vio"),
            REGISTER.replace(b"Length: 0", b"Length: 5"),
            REGISTER.replace(b"Length: 0", b"Length: -1"),
            REGISTER.replace(b"Length: 0", b"Length: 99999999999"),
            b"x" * 70000,
        ],
    )
    def test_refuses_what_is_no_whole_message(self, raw):
        with pytest.raises(BadFrame):
            sip.read(raw)

    def test_survives_any_bytes(self):
        chance = random.Random(7)
        for _ in range(3000):
            raw = bytearray(REGISTER)
            for _ in range(chance.randint(1, 12)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            try:
                message = sip.read(bytes(raw))
                sip.transaction(message)
                sip.user(message)
                sip.expires(message, otherwise=1)
                if isinstance(message, sip.SipRequest):
                    sip.reply(message, status=200, reason="OK", source=("192.0.2.1", 9), tag="t")
            except BadFrame:
                continue

    def test_finds_messages_that_came_in_halves_and_glued(self):
        stream = sip.Stream()
        both = (
            b"\r\n\r\n" + REGISTER + REGISTER.replace(b"Length: 0\r\n\r\n", b"Length: 2\r\n\r\nab")
        )

        found = [one for at in range(len(both)) for one in stream.feed(both[at : at + 1])]

        assert [one[-2:] for one in found] == [b"\r\n", b"ab"]
        assert sip.Stream().feed(both) == found

    def test_gives_up_a_stream_without_end(self):
        stream = sip.Stream()

        for _ in range(16):
            stream.feed(b"A" * 1000)

        with pytest.raises(BadFrame):
            stream.feed(b"A" * 1000)

    def test_gives_up_a_stream_that_promises_too_much(self):
        with pytest.raises(BadFrame):
            sip.Stream().feed(REGISTER.replace(b"Length: 0", b"Length: 9999999"))

    def test_writes_no_line_that_a_value_would_begin(self):
        with pytest.raises(ValueError, match="line breaks"):
            sip.request(
                method="MESSAGE",
                uri="sip:x",
                sender="<sip:a@b>\r\nX: y",
                to="<sip:a@b>",
                via="v",
                call_id="c",
                cseq=1,
            )


class TestManscdp:
    @pytest.mark.parametrize("sample", ALARMS, ids=lambda one: one["source"])
    def test_finds_the_type_of_an_alarm_wherever_it_stands(self, sample):
        declared = "gb18030" if "GB" in sample["xml"][:50] else "utf-8"

        body = manscdp.read(sample["xml"].encode(declared))
        alarm = manscdp.alarm(body)

        assert alarm.ranks() == tuple(sample["ranks"])
        assert alarm.at == 1780626600.0

    @pytest.mark.parametrize("encoding", ["GB2312", "GB18030", "UTF-8"])
    def test_reads_what_it_writes_in_every_encoding(self, encoding):
        fields = {"AlarmMethod": "5", "AlarmDescription": "东门 A&B <岗亭>"}

        raw = manscdp.write(
            kind="Notify", command="Alarm", sn=7, device="3", fields=fields, encoding=encoding
        )
        body = manscdp.read(raw)

        assert (body.kind, body.command, body.sn) == ("Notify", "Alarm", "7")
        assert manscdp.alarm(body).description == "东门 A&B <岗亭>"

    def test_believes_the_bytes_where_the_declaration_lies(self):
        lying = '<?xml version="1.0" encoding="UTF-8"?><Notify><CmdType>北门</CmdType></Notify>'

        root = markup.read(lying.encode("gb2312"))

        assert markup.text(root, "CmdType") == "北门"

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"<Notify>",
            b"<Notify></Notify>",
            b"<Evil><CmdType>Alarm</CmdType><DeviceID>1</DeviceID></Evil>",
            b'<!DOCTYPE a [<!ENTITY x "y">]><Notify><CmdType>&x;</CmdType></Notify>',
            b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Notify/>',
            b"<a>" * 3000,
            b"<a>" + b"<b/>" * 30000 + b"</a>",
            b"<Notify>" + b" " * (10 * 1024 * 1024) + b"</Notify>",
            b'<?xml version="1.0" encoding="UTF-16"?><Notify/>',
            b"\x00\xff\xfe",
        ],
        ids=range(11),
    )
    def test_refuses_what_is_hostile_or_nothing(self, raw):
        with pytest.raises(BadFrame):
            manscdp.read(raw)

    def test_survives_any_byte_that_is_wrong(self):
        raw = bytearray(ALARMS[0]["xml"].encode("gb18030"))
        for at in range(len(raw)):
            broken = bytearray(raw)
            broken[at] ^= 0x41
            try:
                manscdp.alarm(manscdp.read(bytes(broken)))
            except BadFrame:
                continue

    def test_refuses_a_catalogue_without_end_and_a_place_off_the_earth(self):
        many = manscdp.read(
            b"<Response><CmdType>Catalog</CmdType><DeviceID>1</DeviceID><SumNum>1e9</SumNum></Response>"
        )
        far = manscdp.read(
            b"<Notify><CmdType>MobilePosition</CmdType><DeviceID>1</DeviceID>"
            b"<Longitude>nan</Longitude><Latitude>1</Latitude></Notify>"
        )

        with pytest.raises(BadFrame):
            manscdp.catalog(many)
        with pytest.raises(BadFrame):
            manscdp.position(far)
