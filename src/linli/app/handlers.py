"""Which operation deals with which effect and which fact, and what is done every so often."""

from collections.abc import Callable, Sequence

from linli.contracts import effects
from linli.contracts.alarms import AlarmGone
from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.devices import DeviceReplaced
from linli.contracts.effects import AnyEffect
from linli.contracts.exchange import ExchangeCompared, MessageFailed
from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.contracts.identity import AccountReset, EmergencyTaken
from linli.contracts.openapi import WebhookPaused
from linli.contracts.places import PlaceMoved, PlacesChanged
from linli.domains.cases import handlers as cases
from linli.domains.cases import jobs as case_jobs
from linli.domains.exchange import jobs as exchange_jobs
from linli.domains.feeds import handlers as feeds
from linli.domains.incidents import jobs as incident_jobs
from linli.domains.notices import handlers as notices
from linli.domains.openapi import handlers as openapi
from linli.domains.openapi import jobs as openapi_jobs
from linli.domains.openapi.logic.offered import TOPICS
from linli.domains.releases import jobs as release_jobs
from linli.foundation.replies import jobs as reply_jobs
from linli.registry.alarms import handlers as alarm_handlers
from linli.registry.alarms import jobs as alarm_jobs
from linli.registry.alarms import operations as alarms
from linli.registry.campaigns import handlers as campaign_handlers
from linli.registry.campaigns import jobs as campaign_jobs
from linli.registry.campaigns import operations as campaigns
from linli.registry.devices import handlers as device_handlers
from linli.registry.devices import jobs as device_jobs
from linli.registry.devices import operations as devices
from linli.registry.fleet import jobs as fleet_jobs
from linli.registry.fleet import operations as fleet
from linli.registry.health import jobs as health_jobs
from linli.registry.people import jobs as people_jobs
from linli.registry.pictures import jobs as picture_jobs
from linli.registry.scenes import handlers as scene_handlers
from linli.registry.scenes import jobs as scene_jobs
from linli.registry.scenes import operations as scenes
from linli.registry.trials import jobs as trial_jobs
from linli.runtime import tidy
from linli.runtime.facts import Handler
from linli.runtime.projector import Deal
from linli.runtime.scheduler import Job
from linli.runtime.worker import Wiring


def _together(deal: Callable[..., object]) -> Deal:
    """Deal with a run of effects by one call."""

    def all_at_once(run: Sequence[AnyEffect]) -> None:
        deal(effects=run)

    return all_at_once


def _each(deal: Callable[..., object]) -> Deal:
    """Deal with a run of effects one after another."""

    def one_by_one(run: Sequence[AnyEffect]) -> None:
        for effect in run:
            deal(effect)

    return one_by_one


_COMMANDS = _together(devices.commands_told)

EFFECTS: dict[type, Deal] = {
    effects.CommandIssued: _COMMANDS,
    effects.CommandSent: _COMMANDS,
    effects.CommandAcknowledged: _COMMANDS,
    effects.CommandFailed: _COMMANDS,
    effects.CommandExpired: _COMMANDS,
    effects.CommandOverruled: _COMMANDS,
    effects.DeviceSeen: _together(devices.devices_seen),
    effects.ReadingsRefused: _together(devices.readings_refused),
    effects.StrangerHeard: _together(fleet.strangers_heard),
    effects.SoftwareTold: _together(campaigns.software_told),
    effects.AlarmRaised: _together(alarms.alarms_raised),
    effects.AlarmCleared: _together(alarms.alarms_cleared),
    effects.CaseWanted: _each(cases.case_wanted),
    effects.NoticeWanted: _each(notices.notice_wanted),
    effects.BroadcastWanted: _each(notices.broadcast_wanted),
    effects.ModeWanted: _together(scenes.modes_wanted),
    effects.ShadowActed: _together(scenes.shadows_acted),
    effects.ShadowEnded: _together(scenes.shadows_ended),
}

_HANDLERS = (
    Handler(name="cases.device_fault", fact=DeviceFaultFound, deal=cases.device_fault_found),
    Handler(
        name="cases.device_fault_gone", fact=DeviceFaultCleared, deal=cases.device_fault_cleared
    ),
    Handler(name="cases.alarm_gone", fact=AlarmGone, deal=cases.alarm_gone),
    Handler(name="notices.case_overdue", fact=CaseOverdue, deal=notices.case_overdue),
    Handler(name="notices.webhook_paused", fact=WebhookPaused, deal=notices.webhook_paused),
    Handler(name="notices.message_failed", fact=MessageFailed, deal=notices.message_failed),
    Handler(
        name="notices.exchange_compared", fact=ExchangeCompared, deal=notices.exchange_compared
    ),
    Handler(name="notices.case_waits", fact=CaseWaits, deal=notices.case_waits),
    Handler(name="notices.emergency_taken", fact=EmergencyTaken, deal=notices.emergency_taken),
    Handler(
        name="campaigns.device_replaced",
        fact=DeviceReplaced,
        deal=campaign_handlers.device_replaced,
    ),
    Handler(name="feeds.account_reset", fact=AccountReset, deal=feeds.account_reset),
    Handler(name="cases.place_moved", fact=PlaceMoved, deal=cases.place_moved),
    Handler(name="notices.place_moved", fact=PlaceMoved, deal=notices.place_moved),
    Handler(name="devices.places_changed", fact=PlacesChanged, deal=device_handlers.places_changed),
    Handler(name="scenes.place_moved", fact=PlaceMoved, deal=scene_handlers.place_moved),
    Handler(name="alarms.place_moved", fact=PlaceMoved, deal=alarm_handlers.place_moved),
    Handler(name="openapi.place_moved", fact=PlaceMoved, deal=openapi.place_moved),
    *(
        Handler(name=f"openapi.{name}", fact=fact, deal=openapi.happened, together=True)
        for name, (fact, _) in TOPICS.items()
    ),
)


_DAY_S = 86_400.0

JOBS = (
    Job(name="cases.tick", every_s=5.0, run=case_jobs.tick),
    Job(name="alarms.unshelve", every_s=5.0, run=alarm_jobs.unshelve_due),
    Job(name="alarms.settle", every_s=5.0, run=alarm_jobs.settle_flapping),
    Job(name="devices.unconfirmed", every_s=30.0, run=device_jobs.give_up_unconfirmed),
    Job(name="devices.maintenance", every_s=5.0, run=device_jobs.end_maintenance, in_parts=True),
    Job(name="devices.forget", every_s=_DAY_S, run=device_jobs.forget_commands, in_parts=True),
    Job(name="fleet.bulk", every_s=1.0, run=fleet_jobs.advance),
    Job(name="fleet.forget", every_s=_DAY_S, run=fleet_jobs.forget_bulks, in_parts=True),
    Job(name="campaigns.advance", every_s=2.0, run=campaign_jobs.advance, in_parts=True),
    Job(name="people.positions", every_s=3600.0, run=people_jobs.forget_positions),
    Job(name="people.moved_out", every_s=_DAY_S, run=people_jobs.forget_moved_out, in_parts=True),
    Job(name="pictures.take", every_s=2.0, run=picture_jobs.take, in_parts=True),
    Job(name="pictures.forget", every_s=3600.0, run=picture_jobs.forget, in_parts=True),
    Job(name="health.examine", every_s=300.0, run=health_jobs.examine, in_parts=True),
    Job(name="scenes.forget", every_s=_DAY_S, run=scene_jobs.forget_findings, in_parts=True),
    Job(name="trials.limits", every_s=_DAY_S, run=trial_jobs.look_for_limits),
    Job(name="exchange.compare", every_s=600.0, run=exchange_jobs.compare),
    Job(name="exchange.forget", every_s=_DAY_S, run=exchange_jobs.forget, in_parts=True),
    Job(name="openapi.forget", every_s=_DAY_S, run=openapi_jobs.forget, in_parts=True),
    Job(name="releases.forget", every_s=_DAY_S, run=release_jobs.forget),
    Job(name="incidents.destroy", every_s=3600.0, run=incident_jobs.destroy),
    Job(name="replies.forget", every_s=3600.0, run=reply_jobs.forget, in_parts=True),
    Job(name="outbox.forget", every_s=3600.0, run=tidy.forget, in_parts=True),
    Job(name="outbox.forget_aside", every_s=_DAY_S, run=tidy.forget_aside, in_parts=True),
    Job(name="causes.forget", every_s=_DAY_S, run=tidy.forget_causes, in_parts=True),
    Job(name="audit.seal", every_s=1.0, run=tidy.seal_audit, in_parts=True),
    Job(name="audit.forget", every_s=_DAY_S, run=tidy.forget_audit, in_parts=True),
    Job(name="sessions.forget", every_s=_DAY_S, run=tidy.forget_sessions, in_parts=True),
)


def wiring() -> Wiring:
    """Return all of it."""
    facts: dict[str, list[Handler]] = {}
    for handler in _HANDLERS:
        facts.setdefault(handler.fact.__name__, []).append(handler)
    return Wiring(effects=EFFECTS, facts=facts, jobs=JOBS)
