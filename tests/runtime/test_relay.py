from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from linli.runtime.relay import relay

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def row(number):
    return SimpleNamespace(
        pk=number, community="hml", topic="CaseMoved", body=b"{}", fact=f"f{number}"
    )


class Box:
    """An outbox and a bus in memory; the bus stores a message id once, and may fail once."""

    def __init__(self, rows, fails_at=None):
        self.rows, self.stored, self.fails_at = list(rows), {}, fails_at

    async def waiting(self, limit):
        return self.rows[:limit]

    async def publish(self, subject, body, message):
        if message == self.fails_at:
            self.fails_at = None
            raise ConnectionError
        self.stored.setdefault(message, subject)

    async def mark(self, numbers):
        self.rows = [r for r in self.rows if r.pk not in numbers]

    async def relay(self):
        return await relay(waiting=self.waiting, publish=self.publish, mark=self.mark)


class TestRelay:
    async def test_sends_all_in_order_on_the_subject_of_their_community(self):
        box = Box(row(n) for n in range(600))

        sent = await box.relay()

        assert sent == 600
        assert list(box.stored) == [f"f{n}" for n in range(600)]
        assert box.stored["f0"] == "linli.facts.hml.CaseMoved"
        assert box.rows == []

    async def test_what_failed_half_way_is_sent_again_and_stored_once(self):
        box = Box((row(1), row(2), row(3)), fails_at="f2")
        with pytest.raises(ConnectionError):
            await box.relay()

        sent = await box.relay()

        assert sent == 3
        assert list(box.stored) == ["f1", "f2", "f3"]
