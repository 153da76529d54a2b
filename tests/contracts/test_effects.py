import msgspec
import pytest

from linli.contracts import effects, signals
from linli.contracts.effects import AlarmRaised, Because, CommandIssued, Severity

COMMAND = CommandIssued(
    id="c1", at=5.0, community="hml", cause="r:1:5000", scene="s", device="fan-1", service="fan.on",
    args={"speed": 2.0, "why": "co", "now": True}, expires_at=125.0, safety=True,
)  # fmt: skip
ALARM = AlarmRaised(
    id="a1", at=5.0, community="hml", cause="r:1:5000", scene="s", severity=Severity.MAJOR,
    device=None, place="hml/g1", because=Because(device="co-1", point="co", value=41.0, limit=30.0),
)  # fmt: skip


def test_effects_are_read_back_as_they_were_written():
    assert effects.decode(effects.encode([COMMAND, ALARM])) == [COMMAND, ALARM]


def test_signals_are_read_back_as_they_were_written():
    told = [signals.ModeChanged(id="m", at=1.0, place="hml", mode="home", value="away")]

    assert signals.decode(signals.encode(told)) == told


@pytest.mark.parametrize(
    "message", [b"", b"\xc1", b"\x91\x80", b"LB1 junk", b"\x91\x81\xa4type\xa1X"]
)
def test_what_is_no_message_of_effects_is_an_error_and_not_a_value(message):
    with pytest.raises(msgspec.DecodeError):
        effects.decode(message)


def test_no_cut_message_is_taken_for_a_whole_one():
    whole = effects.encode([COMMAND, ALARM])

    for size in range(len(whole)):
        with pytest.raises(msgspec.DecodeError):
            effects.decode(whole[:size])
