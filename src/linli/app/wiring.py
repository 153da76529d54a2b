"""Who answers which question. The only place that knows both the asker and the answerer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, TypeVar, cast

import msgspec
from a2wsgi.wsgi_typing import WSGIApp
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from linli.adapters import assignment, working_calendar
from linli.adapters.bus import Bus
from linli.app import agreed, catalogue, privacy, signing_in
from linli.contracts import (
    approvals,
    calendar,
    cases,
    directory,
    health,
    history,
    openapi,
    outbox,
    places,
    scenes,
    subjects,
    wires,
)
from linli.contracts import identity as identity_contract
from linli.contracts import sentences as contract_sentences
from linli.devices.model import ThingModel
from linli.domains.cases import ports as case_ports
from linli.domains.cases import queries as case_queries
from linli.domains.cases import told as cases_told
from linli.domains.cases.logic import kinds
from linli.domains.cases.operations import remarking
from linli.domains.notices import ports as notice_ports
from linli.domains.notices import queries as notices
from linli.domains.openapi import queries as open_api
from linli.drivers import decoding, known
from linli.drivers.wiring import Wires
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.roles import permissions
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.live.sockets import Visitor
from linli.registry.devices import asks
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.places import queries as place_queries
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes import queries as scene_queries
from linli.registry.trials import ports as trial_ports
from linli.scenes.model import Scene
from linli.web import overview
from linli.web.sentences import said

_ANSWER_S = 5.0
_LONG_ANSWER_S = 60.0
_AT_ONCE = 4_000
"""Points of which one message tells: 400 kB at most."""

_SAY = "speaker.say"

Ask = Callable[[str, bytes], bytes]


class HistorySilent(Fault):
    """History cannot be asked now, or refused: `reason` is its key."""

    key = "app.history_silent"
    status = 503


@cache
def the_catalogue() -> catalogue.Catalogue:
    """Return the catalogue of this installation, read once a process."""
    return catalogue.load()


@cache
def _models() -> Mapping[str, ThingModel]:
    return the_catalogue().models


@cache
def _scenes() -> Mapping[str, Scene]:
    return {scene.id: scene for scene in the_catalogue().scenes}


@cache
def _case_kinds() -> Mapping[str, kinds.CaseKind]:
    return kinds.load((settings.CATALOG / "case_kinds.toml").read_text("utf-8"))


@cache
def the_wires() -> Wires:
    """Return what makes devices what their drivers see; tables are read when they are wanted."""
    return Wires(tables=catalogue.wires(settings.CATALOG), models=_models())


@cache
def working_days() -> working_calendar.Arrangement:
    """Return what the operator wrote of working days, if he did."""
    file = settings.CATALOG / "calendar.toml"
    if not file.is_file():
        return working_calendar.Arrangement()
    return working_calendar.read(file.read_text("utf-8"))


@cache
def _interlocks() -> Mapping[str, Words]:
    return {rule.id: rule.because for rule in catalogue.interlocks(settings.CATALOG)}


def _because(interlock: str) -> Words | None:
    return _interlocks().get(interlock)


def wire_records() -> None:
    """Join what every process that works on records asks."""
    device_catalogue.models.answer_with(_models)
    device_catalogue.because.answer_with(_because)
    scene_catalogue.scenes.answer_with(_scenes)
    directory.directory.answer_with(scene_queries.directory)
    directory.communities.answer_with(place_queries.communities)
    places.estates.answer_with(place_queries.estates)
    places.names.answer_with(_place_names)
    approvals.carry_out.answer_with(agreed.carry_out)
    privacy.wire()
    places.devices_below.answer_with(_devices_below)
    scenes.scene_briefs.answer_with(scene_queries.briefs)
    cases.case_of_alarm.answer_with(case_queries.case_of_alarm)
    cases.open_cases.answer_with(case_queries.open_cases)
    cases.cases_between.answer_with(case_queries.cases_between)
    cases.case_told.answer_with(cases_told.case_told)
    cases.remark.answer_with(remarking.remark)
    case_ports.case_kinds.answer_with(_case_kinds)
    trial_ports.case_names.answer_with(lambda: {one.id: one.name for one in _case_kinds().values()})
    case_ports.assign.answer_with(assignment.assign)
    calendar.working_day.answer_with(working_calendar.calendar(arrangement=working_days()))
    wires.check.answer_with(lambda wire: the_wires().check(wire))
    wires.secrets.answer_with(lambda name: known.driver(name).secrets)
    wires.protocols.answer_with(lambda: the_wires().protocols())
    wires.decode.answer_with(decoding.shown)
    contract_sentences.sentence.answer_with(said)
    openapi.bearing.answer_with(_bearing)
    notice_ports.speakers.answer_with(_speakers)
    notice_ports.say.answer_with(_say)


def _place_names(community: str, paths: Sequence[str]) -> dict[str, Words]:
    found = place_queries.full_names(community=community, paths=paths)
    return {path: Words(zh=zh, en=en or zh) for path, (zh, en) in found.items()}


def _bearing(token: str) -> openapi.Bearing | None:
    return open_api.bearing(token=token, now=datetime.now(UTC))


_SHOWN = 200
"""Devices on the page of a place; the rest are on their own list."""


def _devices_below(community: str, path: str) -> list[places.DeviceBrief]:
    sought = device_queries.Sought(place=path)
    rows, _ = device_queries.devices(community=community, sought=sought, limit=_SHOWN)
    return [
        places.DeviceBrief(
            code=row.code,
            model=row.model,
            name=Words(zh=row.name_zh, en=row.name_en or row.name_zh),
            place=row.place.path,
            online=row.online,
        )
        for row in rows
    ]


def _speakers(community: str, place: str) -> list[str]:
    able = {model.id for model in _models().values() if _SAY in model.services}
    return [
        code
        for model in sorted(able)
        for code in device_queries.codes(
            community=community, sought=device_queries.Sought(model=model, place=place)
        )
    ]


def _say(saying: notice_ports.Saying) -> str:
    command = devices.request_command(
        community=saying.community,
        device=saying.device,
        service=_SAY,
        args={"text": saying.text.zh},
        key=saying.key,
        by=None,
        cause=saying.cause,
        now=saying.now,
    )
    return str(command.pk)


def wire_web(bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
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

    wire_records()
    signing_in.wire()
    identity_contract.left.answer_with(leave)
    outbox.wake.answer_with(wake)
    asks.twin.answer_with(partial(_twin, ask))
    asks.history.answer_with(partial(_history, ask))
    asks.readings.answer_with(partial(_readings, ask))
    asks.frames.answer_with(partial(_frames, ask))
    overview.live_state.answer_with(partial(_told, ask, "live", b""))
    overview.log_state.answer_with(partial(_logs, bus, loop))
    overview.history_state.answer_with(
        partial(_told, ask, "history", history.encode(history.StateAsked()))
    )


def wire_worker(bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
    """Join what the worker's jobs ask of history over the bus, from the thread of the records."""

    def ask(subject: str, body: bytes) -> bytes:
        asked = bus.ask(subject=subject, body=body, timeout_s=_LONG_ANSWER_S)
        return asyncio.run_coroutine_threadsafe(asked, loop).result(_LONG_ANSWER_S + 1)

    health.summaries.answer_with(partial(_summaries, ask))
    health.newest.answer_with(partial(_newest, ask))


def _summaries(
    ask: Ask, community: str, start: float, end: float
) -> Sequence[history.PointSummary]:
    """Return what came of every point, asked for in parts that one message holds."""
    found: list[history.PointSummary] = []
    while True:
        after = found[-1].point if found else -1
        asked = history.SummariesAsked(start=start, end=end, after=after, limit=_AT_ONCE)
        part = _told_by_history(ask, community, asked, history.Summaries).items
        found += part
        if len(part) < _AT_ONCE:
            return found


def _newest(ask: Ask, community: str, points: Sequence[int]) -> dict[int, float]:
    asked = history.LastAsked(points=list(points))
    found = _told_by_history(ask, community, asked, history.Readings).items
    return {one.point: one.at for one in found}


A = TypeVar("A", bound=history.Answer)


def _told_by_history(ask: Ask, community: str, asked: history.Question, wanted: type[A]) -> A:
    """Return the answer of history.

    :raises HistorySilent: if it refuses
    """
    told = history.answer(ask(subjects.ask("history", community), history.encode(asked)))
    if isinstance(told, wanted):
        return told
    raise HistorySilent(reason=told.key if isinstance(told, history.Refused) else "unexpected")


def _twin(ask: Ask, community: str, codes: Sequence[str]) -> Sequence[asks.LastValue]:
    body = msgspec.msgpack.encode({"devices": list(codes)})
    rows = msgspec.msgpack.decode(ask(subjects.ask("twin", community), body))
    return [
        asks.LastValue(device=device, point=point, at=at, value=value, quality=quality)
        for device, point, at, value, quality in rows
    ]


def _frames(ask: Ask, community: str, device: str) -> Sequence[asks.RawFrame]:
    body = msgspec.msgpack.encode(device)
    rows = msgspec.msgpack.decode(ask(subjects.ask("frames", community), body))
    return [asks.RawFrame(at=at, way=way, size=size, data=data) for at, way, size, data in rows]


def _history(ask: Ask, community: str, *span: int | float) -> history.Buckets:
    point, start, end, count = span
    asked = history.BucketsAsked(point=int(point), start=start, end=end, count=int(count))
    return _told_by_history(ask, community, asked, history.Buckets)


def _readings(  # noqa: PLR0917
    ask: Ask, community: str, point: int, start: float, end: float, limit: int
) -> Sequence[history.Reading]:
    asked = history.RangeAsked(point=point, start=start, end=end, limit=limit)
    return _told_by_history(ask, community, asked, history.Readings).items


def _told(ask: Ask, question: str, body: bytes, community: str) -> dict[str, Any]:
    """Return what a process tells of itself; that it is silent, where it is."""
    try:
        told: dict[str, Any] = msgspec.msgpack.decode(ask(subjects.ask(question, community), body))
    except (Fault, TimeoutError):
        return {"silent": True}
    return told


_LOGS = {
    "input": subjects.INPUT_STREAM,
    "effects": subjects.EFFECTS_STREAM,
    "facts": subjects.FACTS_STREAM,
}


def _logs(bus: Bus, loop: asyncio.AbstractEventLoop, community: str) -> dict[str, Any]:
    """Return how full each log is; that the bus is silent, where it is."""
    try:
        return {name: _fill(bus, loop, stream) for name, stream in _LOGS.items()}
    except (Fault, TimeoutError):
        return {"silent": True}


def _fill(bus: Bus, loop: asyncio.AbstractEventLoop, stream: str) -> dict[str, int]:
    asked = asyncio.run_coroutine_threadsafe(bus.state(stream=stream), loop)
    state = asked.result(_ANSWER_S + 1)
    return {"bytes": state.bytes, "max_bytes": state.max_bytes, "messages": state.messages}


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
    return await sync_to_async(device_queries.places_by_code)(community=community)


def _admit(community: str, ticket: str) -> Visitor | None:
    try:
        holder = identity.verify_ticket(ticket=ticket, community=community, now=datetime.now(UTC))
    except Fault:
        return None
    return _visitor(holder.account, community, holder.mark)


def _visitor(account: int, community: str, mark: str) -> Visitor | None:
    try:
        actor = accounts.actor_of(account=account, community=community, now=datetime.now(UTC))
        if accounts.mark_of(account=account) != mark or not actor.holds("devices.read"):
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
