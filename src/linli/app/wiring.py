"""Who answers which question. The only place that knows both the asker and the answerer."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial

from django.conf import settings

from linli.adapters import assignment, working_calendar
from linli.adapters.bus import Bus
from linli.adapters.clamd import BRIEFLY_S, RESTS_S, Scanner
from linli.adapters.payments import ADAPTERS
from linli.app import agreed, catalogue, charging, doors, helping, over_bus, privacy, visiting
from linli.contracts import (
    approvals,
    calendar,
    cases,
    directory,
    health,
    openapi,
    places,
    scanning,
    scenes,
    tariffs,
    wires,
)
from linli.contracts import identity as identity_contract
from linli.contracts import notices as notices_contract
from linli.contracts import sentences as contract_sentences
from linli.devices.model import ThingModel
from linli.domains.cases import ports as case_ports
from linli.domains.cases import queries as case_queries
from linli.domains.cases import told as cases_told
from linli.domains.cases.logic import kinds
from linli.domains.cases.operations import asking, remarking
from linli.domains.notices import ports as notice_ports
from linli.domains.notices import told as notices_told
from linli.domains.notices.operations import pushing
from linli.domains.openapi import queries as open_api
from linli.drivers import decoding, known
from linli.drivers.wiring import Wires
from linli.foundation.money import ports as money_ports
from linli.kernel.place import under
from linli.kernel.words import Words
from linli.registry.devices import asks
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.places import queries as place_queries
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes import queries as scene_queries
from linli.registry.trials import ports as trial_ports
from linli.scenes.model import Scene
from linli.web.sentences import said

_LONG_ANSWER_S = 60.0
_SAY = "speaker.say"


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


def _wire_notices() -> None:
    notices_contract.post.answer_with(notices_told.post)
    notice_ports.speakers.answer_with(_speakers)
    identity_contract.ended.answer_with(pushing.ended)


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
    approvals.beside.answer_with(agreed.beside)
    privacy.wire()
    charging.wire()
    doors.wire()
    visiting.wire()
    helping.wire()
    money_ports.adapters.answer_with(lambda: ADAPTERS)
    tariffs.check.answer_with(agreed.check_tariff)
    tariffs.put.answer_with(agreed.put_tariff)
    places.devices_below.answer_with(_devices_below)
    scenes.scene_briefs.answer_with(scene_queries.briefs)
    _wire_cases()
    _wire_notices()
    trial_ports.case_names.answer_with(lambda: {one.id: one.name for one in _case_kinds().values()})
    calendar.working_day.answer_with(working_calendar.calendar(arrangement=working_days()))
    _wire_wires()
    contract_sentences.sentence.answer_with(said)
    openapi.bearing.answer_with(_bearing)
    openapi.agreed_to.answer_with(_agreed_to)
    notice_ports.say.answer_with(_say)
    _wire_scanner()


def _wire_scanner(*, brief: bool = False) -> None:
    if not settings.SCANNER:
        return
    if brief:
        scanner = Scanner(url=settings.SCANNER, longest_s=BRIEFLY_S, rests_s=RESTS_S)
    else:
        scanner = Scanner(url=settings.SCANNER)
    scanning.scanned.answer_with(scanner.scanned)


def _wire_wires() -> None:
    wires.check.answer_with(lambda wire: the_wires().check(wire))
    wires.secrets.answer_with(lambda name: known.driver(name).secrets)
    wires.protocols.answer_with(lambda: the_wires().protocols())
    wires.decode.answer_with(decoding.shown)


def _wire_cases() -> None:
    cases.case_of_alarm.answer_with(case_queries.case_of_alarm)
    cases.open_cases.answer_with(case_queries.open_cases)
    cases.cases_between.answer_with(case_queries.cases_between)
    cases.case_told.answer_with(cases_told.case_told)
    cases.reporter_of.answer_with(cases_told.reporter_of)
    cases.remark.answer_with(remarking.remark)
    cases.ask.answer_with(asking.ask)
    case_ports.case_kinds.answer_with(_case_kinds)
    case_ports.assign.answer_with(assignment.assign)


def _place_names(community: str, paths: Sequence[str]) -> dict[str, Words]:
    found = place_queries.full_names(community=community, paths=paths)
    return {path: Words(zh=zh, en=en or zh) for path, (zh, en) in found.items()}


def _agreed_to(community: str, party: int, scope: str, of: Sequence[int]) -> frozenset[int]:
    return open_api.agreed_to(community=community, party=party, scope=scope, accounts=of)


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
    """Return the loudspeakers at or below a place; those of homes say what is for their home."""
    able = {model.id for model in _models().values() if _SAY in model.services}
    codes = [
        code
        for model in sorted(able)
        for code in device_queries.codes(
            community=community, sought=device_queries.Sought(model=model, place=place)
        )
    ]
    rows = device_queries.by_code(community=community, codes=codes)
    at_home = {
        code
        for code, row in rows.items()
        if row.place.kind == "room" and not under(path=place, ancestor=row.place.path)
    }
    return [code for code in codes if code not in at_home]


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


def wire_worker(bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
    """Join what the worker's jobs ask of history over the bus, from the thread of the records."""

    def ask(subject: str, body: bytes) -> bytes:
        asked = bus.ask(subject=subject, body=body, timeout_s=_LONG_ANSWER_S)
        return asyncio.run_coroutine_threadsafe(asked, loop).result(_LONG_ANSWER_S + 1)

    asks.twin.answer_with(partial(over_bus.twin, ask))
    health.summaries.answer_with(partial(over_bus.summaries, ask))
    health.newest.answer_with(partial(over_bus.newest, ask))
    _wire_scanner(brief=True)  # its one thread of records has alarms to open
