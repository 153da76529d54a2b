"""OneNET's pushes: only what is signed, and that once."""

import json

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.line import NotSigned, Push
from linli.drivers.onenet.codec import is_signed, sign
from linli.drivers.onenet.decoding import decode
from linli.drivers.onenet.driver import DRIVER, Pushes
from linli.drivers.onenet.peer import check, point, presence, pushed
from linli.drivers.reading import BadPayload
from tests.drivers.tables import wired

TOKEN = "agreed-word"
SMOKE, LEAK = "860000000000001", "860000000000002"


class Sender:
    def __init__(self, *, token=TOKEN, now=1_780_000_001.0):
        self.pushes = Pushes()
        self.now = now
        self.line = wired("onenet", "mobile", "gateway", token=token)
        members = [
            wired("onenet", "smoke-1", "smoke_detector", SMOKE),
            wired("onenet", "leak-1", "water_leak_sensor", LEAK),
        ]
        self.members = {one.address: one for one in members}

    def post(self, said, *, token=TOKEN, fails=False, **more):
        _, headers, body = pushed(said, token=token, **more)
        return self.body(body, headers, fails=fails)

    def body(self, body, headers=None, *, fails=False):
        asked = Push(method="POST", query={}, headers=headers or {}, body=body)
        told = self.pushes.take(asked, self.line, self.members, self.now)
        if told.stored is not None and not fails:
            told.stored()
        return told.said

    def get(self, query):
        asked = Push(method="GET", query=query, headers={}, body=b"")
        return self.pushes.take(asked, self.line, self.members, 0.0)


def values(said):
    return {r.name: r.value for r in said.readings}


class TestSignature:
    def test_is_base64_of_md5_of_token_nonce_and_message(self):
        found = sign(token="token", nonce="nonce", message=b"msg")

        assert found == "77VNMqxzbLpx1cb7nYVrtA=="

    def test_is_wrong_without_a_token_or_a_nonce(self):
        assert not is_signed(
            token="", nonce="n", message=b"m", signature=sign(token="", nonce="n", message=b"m")
        )
        assert not is_signed(
            token="t", nonce="", message=b"m", signature=sign(token="t", nonce="", message=b"m")
        )

    def test_the_driver_says_that_it_checks_signatures_itself(self):
        assert DRIVER.signs
        assert DRIVER.secrets == {"token"}


class TestCheck:
    def test_answers_the_message_to_who_knows_the_token(self):
        told = Sender().get(check(token=TOKEN))

        assert (told.reply, told.content_type) == (b"hello", "text/plain")

    def test_reads_a_signature_whose_plus_became_a_blank(self):
        query = next(
            q for n in range(99) if "+" in (q := check(token=TOKEN, nonce=f"n{n}"))["signature"]
        )

        told = Sender().get({**query, "signature": query["signature"].replace("+", " ")})

        assert told.reply == b"hello"

    @pytest.mark.parametrize("name", ["msg", "nonce", "signature"])
    def test_refuses_a_check_that_was_changed(self, name):
        query = check(token=TOKEN)

        with pytest.raises(NotSigned):
            Sender().get({**query, name: query[name] + "x"})
        with pytest.raises(NotSigned):
            Sender().get({})


class TestTake:
    @pytest.mark.parametrize("as_text", [True, False])
    def test_reads_a_signed_value(self, as_text):
        [said] = Sender().post(point(SMOKE, "3200_0_5500", True), as_text=as_text)

        assert (said.address, said.online, values(said)) == (SMOKE, True, {"smoke": True})
        assert said.readings[0].at == 1_780_000_000.0

    def test_reads_several_at_once(self):
        said = Sender().post([point(SMOKE, "3200_0_5500", 0), point(LEAK, "3200_0_5750", "0164")])

        assert [values(one) for one in said] == [
            {"smoke": False},
            {"water_leak": True, "battery_pct": 100},
        ]

    def test_hands_on_a_stream_that_its_table_does_not_know_under_its_own_name(self):
        [said] = Sender().post(point(SMOKE, "fault", True))

        assert values(said) == {"fault": True}

    def test_tells_who_came_and_who_went(self):
        sender = Sender()

        [came] = sender.post(presence(SMOKE, online=True))
        [went] = sender.post(presence(SMOKE, online=False))

        assert (came.online, went.online) == (True, False)

    def test_takes_a_replay_once(self):
        sender = Sender()
        said = point(SMOKE, "3200_0_5500", True)

        assert len(sender.post(said)) == 1
        assert sender.post(said) == ()
        assert len(sender.post(said, nonce="another0")) == 1

    def test_takes_again_what_was_not_stored(self):
        sender = Sender()
        said = point(SMOKE, "3200_0_5500", True)

        sender.post(said, fails=True)

        assert len(sender.post(said)) == 1

    def test_takes_no_presence_that_is_not_fresh(self):
        sender = Sender(now=1_780_000_000.0 + 901)

        [went] = sender.post(presence(SMOKE, online=False))

        assert went.online is None

    @pytest.mark.parametrize(("at_ms", "why"), [(None, "no_time"), (1_779_400_000_000, "too_old")])
    def test_refuses_what_the_gate_would_take_for_news(self, at_ms, why):
        with pytest.raises(BadPayload, match=why):
            Sender().post(point(SMOKE, "3200_0_5500", True, at_ms=at_ms))

    def test_refuses_another_token_and_a_line_without_one(self):
        said = point(SMOKE, "3200_0_5500", True)

        with pytest.raises(NotSigned):
            Sender().post(said, token="guessed")
        with pytest.raises(NotSigned):
            Sender(token="").post(said, token="")

    def test_refuses_a_message_changed_in_any_byte(self):
        _, _, body = pushed(point(SMOKE, "3200_0_5500", 1), token=TOKEN)
        sender, start = Sender(), body.index(b'"msg":') + 6

        for at in range(start, body.index(b',"msg_signature"')):
            changed = body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]
            with pytest.raises((NotSigned, BadPayload)):
                sender.body(changed)

    def test_reads_a_message_that_was_signed_without_its_blanks(self):
        message = point(SMOKE, "3200_0_5500", True)
        compact = json.dumps(message, separators=(",", ":")).encode()
        signature = sign(token=TOKEN, nonce="n", message=compact)
        body = json.dumps({"msg": message, "nonce": "n", "msg_signature": signature}).encode()

        [said] = Sender().body(body)

        assert values(said) == {"smoke": True}

    def test_refuses_a_push_without_a_signature(self):
        body = json.dumps({"msg": point(SMOKE, "3200_0_5500", 1), "nonce": "n"}).encode()

        with pytest.raises(NotSigned):
            Sender().body(body)

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"enc_msg":"x"}'])
    def test_says_what_it_cannot_read(self, body):
        with pytest.raises(BadPayload):
            Sender().body(body)

    @pytest.mark.parametrize(
        "said",
        [{}, {"type": 1}, {"type": 9, "imei": "1"}, {"type": 1, "imei": "1"},
         {"type": 2, "imei": "1", "status": 7}, 5],
    )  # fmt: skip
    def test_refuses_signed_nonsense(self, said):
        with pytest.raises(BadPayload):
            Sender().post(said)

    def test_shows_a_device_that_nobody_registered(self):
        [said] = Sender().post(point("860000000000009", "x", 1))

        assert (said.address, said.about) == ("860000000000009", {"serial": "5123"})

    def test_tells_the_end_of_a_command(self):
        said = {"type": 7, "imei": SMOKE, "cmd_type": 2, "cmd_id": "c7", "at": 1_780_000_000_000}

        [told] = Sender().post(said)

        assert list(told.answers) == [("c7", True, "")]


class TestDecoding:
    def test_says_what_a_push_holds(self):
        _, _, body = pushed(point(SMOKE, "3200_0_5500", True), token=TOKEN, as_text=True)

        found = decode(body.decode(), {})

        assert found == {
            "imei": SMOKE, "device_id": "5123", "time_ms": 1_780_000_000_000,
            "stream": "3200_0_5500", "value": True,
        }  # fmt: skip

    def test_says_what_is_wrong(self):
        with pytest.raises(BadFrame, match="not_onenet"):
            decode("{}", {})
