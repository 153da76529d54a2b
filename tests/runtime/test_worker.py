import asyncio

import pytest
from django.db import OperationalError

from linli.runtime.worker import Records, gathered


async def stream(items, error=None):
    for item in items:
        yield item
    if error:
        raise error
    await asyncio.Event().wait()


class TestGathered:
    async def test_yields_in_order_all_that_has_come_but_never_more_than_asked(self):
        sizes, seen = [], []

        async for items in gathered(stream(range(20)), 8):
            sizes.append(len(items))
            seen.extend(items)
            if len(seen) == 20:
                break

        assert seen == list(range(20))
        assert max(sizes) <= 8

    async def test_passes_on_what_broke_the_stream(self):
        with pytest.raises(ZeroDivisionError):
            async for _ in gathered(stream([], ZeroDivisionError()), 8):
                pass


@pytest.mark.django_db
class TestRecords:
    async def test_tries_again_while_the_database_is_locked(self, monkeypatch):
        monkeypatch.setattr("linli.runtime.worker._PAUSES_S", (0.0,))
        answers = iter([OperationalError("database is locked"), OperationalError("again"), "done"])

        def call():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        records = Records()
        result = await records(call)
        records.close()

        assert result == "done"
