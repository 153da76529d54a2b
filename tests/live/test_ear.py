"""Facts of the records as the scenes hear them."""

from datetime import UTC, datetime

import msgspec

from linli.contracts import signals
from linli.contracts.scenes import ModeSet
from linli.live.ear import HEARD

AT = datetime(2026, 6, 1, 14, tzinfo=UTC)


def test_a_mode_says_since_when_it_is_so_however_late_and_often_it_is_heard():
    fact = ModeSet(id="f1", at=AT, community="hml", place="hml/a", mode="home", value="away")

    [heard] = HEARD["ModeSet"](msgspec.json.encode(fact))
    later = msgspec.structs.replace(heard, at=AT.timestamp() + 900)

    assert heard.since == later.since == AT.timestamp()
    assert signals.decode(signals.encode([later])) == [later]
