"""The post of the exchange, and what it left behind."""

from datetime import timedelta

from asgiref.sync import sync_to_async

from linli.adapters.outward import Caller
from linli.domains.cases.models import Move
from linli.domains.exchange.models import Message
from linli.domains.exchange.operations import sending
from linli.foundation.outbox.models import Outgoing
from linli.runtime.postman import Postman
from tests.registry.conftest import NOW

LATER = NOW + timedelta(days=1)


async def in_records(call):
    return await sync_to_async(call)()


async def carried(now=NOW):
    """Send all that waits now, through the real post."""
    postman = Postman(
        box=sending,
        records=in_records,
        post=Caller(inside=True, enough_bytes=sending.ENOUGH_BYTES).post,
        clock=lambda: now,
    )
    count = 0
    while begun := await postman.round():
        count += begun
        await postman.finish()
    return count


def steps(case):
    return [(one.step, one.note) for one in Move.rows.of("hml").filter(case=case).order_by("pk")]


def topics():
    return list(Outgoing.objects.order_by("pk").values_list("topic", flat=True))


def row():
    return Message.rows.of("hml").filter(kind="case").get()
