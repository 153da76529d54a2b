"""The postman: one letter of a line at a time, and the slow keep nobody waiting."""

import asyncio

import pytest

from linli.foundation.sending import Letter, Reply
from linli.runtime.postman import Postman
from tests.registry.conftest import NOW


def letter(line, delivery):
    return Letter(
        delivery=delivery, community="hml", line=line,
        url=f"https://{line}.example", headers={}, body=b"",
    )  # fmt: skip


class Records:
    """Letters that wait, and what was said of them."""

    def __init__(self, *waiting):
        self.waiting, self.said = list(waiting), []

    async def __call__(self, call):
        return call()

    def letters(self, *, most, busy, now):
        heads = {}
        for one in self.waiting:
            heads.setdefault(one.line, one)
        return [one for one in heads.values() if one.line not in busy][:most]

    def sent(self, *, letter, reply, now):
        self.said.append((letter.delivery, reply.status))
        self.waiting.remove(letter)


@pytest.fixture
def records():
    return Records(letter(1, 10), letter(1, 11), letter(2, 20))


async def test_sends_in_order_and_beside_one_another(records):
    under_way, most = [], []

    async def post(*, url, headers, body):
        under_way.append(url)
        most.append(sorted(under_way))
        await asyncio.sleep(0)
        under_way.remove(url)
        return Reply(status=204)

    postman = Postman(box=records, records=records, post=post, clock=lambda: NOW)
    begun = []
    while count := await postman.round():
        begun.append(count)
        await postman.finish()

    assert (begun, sorted(records.said)) == ([2, 1], [(10, 204), (11, 204), (20, 204)])
    assert ["https://1.example", "https://2.example"] in most
    assert all(len(set(one)) == len(one) for one in most)


async def test_who_is_slow_keeps_only_his_own_waiting(records):
    slow = asyncio.Event()

    async def post(*, url, headers, body):
        if "1." in url:
            await slow.wait()
        return Reply(status=204)

    postman = Postman(box=records, records=records, post=post, clock=lambda: NOW)
    await postman.round()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert await postman.round() == 0
    assert records.said == [(20, 204)]
    slow.set()
    await postman.finish()
    assert records.said == [(20, 204), (10, 204)]


async def test_a_letter_that_could_not_be_settled_goes_out_again(records, monkeypatch, caplog):
    async def post(*, url, headers, body):
        return Reply(status=204)

    def broken(**kwargs):
        raise RuntimeError

    monkeypatch.setattr(records, "sent", broken)
    postman = Postman(box=records, records=records, post=post, clock=lambda: NOW)
    await postman.round()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert "not settled" in caplog.text
    assert await postman.round() == 2
