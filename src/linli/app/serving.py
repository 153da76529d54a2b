"""What the web process alone asks of the others, and who may listen to its live line."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import cast

from a2wsgi.wsgi_typing import WSGIApp
from asgiref.sync import sync_to_async
from django.core.wsgi import get_wsgi_application

from linli.adapters.bus import Bus
from linli.app import over_bus, signing_in, wiring
from linli.contracts import history, identity, outbox, subjects
from linli.domains.notices import queries as notices
from linli.foundation.identity import operations as tickets
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.roles import permissions
from linli.kernel.fault import Fault
from linli.live.sockets import Visitor
from linli.registry.devices import asks
from linli.registry.devices import queries as devices
from linli.web import overview

_ANSWER_S = 5.0


def wire(bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
    """Join what the web process asks of the others over the bus."""

    def ask(subject: str, body: bytes) -> bytes:
        asked = bus.ask(subject=subject, body=body, timeout_s=_ANSWER_S)
        return asyncio.run_coroutine_threadsafe(asked, loop).result(_ANSWER_S + 1)

    def wake() -> None:
        said = bus.publish(subject=subjects.OUTBOX_WAKE, body=b"")
        asyncio.run_coroutine_threadsafe(said, loop)

    def leave(account: int) -> None:
        said = bus.publish(subject=subjects.LEFT, body=str(account).encode())
        asyncio.run_coroutine_threadsafe(said, loop)

    wiring.wire_records()
    signing_in.wire()
    identity.left.answer_with(leave)
    outbox.wake.answer_with(wake)
    asks.twin.answer_with(partial(over_bus.twin, ask))
    asks.history.answer_with(partial(over_bus.chart, ask))
    asks.readings.answer_with(partial(over_bus.readings, ask))
    asks.frames.answer_with(partial(over_bus.frames, ask))
    overview.live_state.answer_with(partial(over_bus.told, ask, "live", b""))
    overview.log_state.answer_with(partial(over_bus.logs, bus, loop))
    overview.history_state.answer_with(
        partial(over_bus.told, ask, "history", history.encode(history.StateAsked()))
    )


def wsgi() -> WSGIApp:
    """Return the record half as a WSGI application."""
    return cast(WSGIApp, get_wsgi_application())


async def admit(community: str, ticket: str) -> Visitor | None:
    """Return who holds a ticket to a community's live line; None if it is not good."""
    return await sync_to_async(_admit)(community, ticket)


async def readmit(visitor: Visitor) -> Visitor | None:
    """Return a visitor of the live line as he may listen now; None if he may not any more."""
    return await sync_to_async(_visitor)(visitor.account, visitor.community, visitor.mark)


async def where_devices_are(community: str) -> Mapping[str, str]:
    """Return the place of each device of a community by its code."""
    return await sync_to_async(devices.places_by_code)(community=community)


def _admit(community: str, ticket: str) -> Visitor | None:
    try:
        holder = tickets.verify_ticket(ticket=ticket, community=community, now=datetime.now(UTC))
    except Fault:
        return None
    return _visitor(holder.account, community, holder.mark)


def _listens(actor: accounts.Actor) -> bool:
    """Tell whether a live line is for somebody: who works here, or is rung at home."""
    return actor.holds("devices.read") or actor.holds("visits.own")


def _visitor(account: int, community: str, mark: str) -> Visitor | None:
    try:
        actor = accounts.actor_of(account=account, community=community, now=datetime.now(UTC))
        if accounts.mark_of(account=account) != mark or not _listens(actor):
            return None
        if accounts.must_add_factor(account=account, held=actor.grants):
            return None
    except accounts.NotSignedIn:
        return None
    areas = {one: actor.places_for(one) or () for one in permissions(actor.roles)}
    return Visitor(
        account=account,
        community=community,
        areas=areas,
        names=notices.names_of(actor=actor),
        mark=mark,
    )
