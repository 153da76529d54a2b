"""Which operation deals with which effect and which fact, and what is done every so often."""

from collections.abc import Callable, Sequence

from linli.contracts import effects
from linli.contracts.alarms import AlarmClosed, AlarmGone, AlarmOpened
from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.devices import CommandMoved, DeviceReplaced, DeviceWentOnline
from linli.contracts.doors import PassageDecided, RightsChanged
from linli.contracts.effects import AnyEffect
from linli.contracts.exchange import ExchangeCompared, MessageFailed
from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.contracts.identity import AccountReset, EmergencyTaken
from linli.contracts.money import (
    DayGivenUp,
    DayReconciled,
    OrderPaid,
    OrderRefunded,
    PaymentAstray,
)
from linli.contracts.openapi import WebhookPaused
from linli.contracts.parking import LaneDecided
from linli.contracts.places import PlaceMoved, PlacesChanged
from linli.contracts.sos import SosMoved, SosRung
from linli.contracts.visits import CallPassedOn, CallRang, GuestCame, VisitAsked
from linli.domains.cases import handlers as cases
from linli.domains.cases import jobs as case_jobs
from linli.domains.charging import handlers as charging
from linli.domains.charging import jobs as charging_jobs
from linli.domains.doors import handlers as doors
from linli.domains.doors import jobs as door_jobs
from linli.domains.exchange import jobs as exchange_jobs
from linli.domains.feeds import handlers as feeds
from linli.domains.home import handlers as home
from linli.domains.incidents import jobs as incident_jobs
from linli.domains.notices import handlers as notices
from linli.domains.notices import jobs as notice_jobs
from linli.domains.openapi import handlers as openapi
from linli.domains.openapi import jobs as openapi_jobs
from linli.domains.openapi.logic.offered import TOPICS
from linli.domains.parking import handlers as parking
from linli.domains.parking import jobs as parking_jobs
from linli.domains.releases import jobs as release_jobs
from linli.domains.sos import handlers as sos
from linli.domains.sos import jobs as sos_jobs
from linli.domains.tours import jobs as tour_jobs
from linli.domains.visits import handlers as visits
from linli.domains.visits import jobs as visit_jobs
from linli.domains.wallet import handlers as wallet
from linli.foundation.apart import jobs as apart_jobs
from linli.foundation.files import jobs as file_jobs
from linli.foundation.money import jobs as money_jobs
from linli.foundation.replies import jobs as reply_jobs
from linli.foundation.vault import jobs as vault_jobs
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
from linli.registry.imports import jobs as import_jobs
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
    Handler(name="wallet.payment_astray", fact=PaymentAstray, deal=wallet.payment_astray),
    Handler(name="wallet.order_refunded", fact=OrderRefunded, deal=wallet.order_refunded),
    Handler(name="wallet.day_reconciled", fact=DayReconciled, deal=wallet.day_reconciled),
    Handler(name="wallet.day_given_up", fact=DayGivenUp, deal=wallet.day_given_up),
    Handler(name="cases.device_fault", fact=DeviceFaultFound, deal=cases.device_fault_found),
    Handler(
        name="cases.device_fault_gone", fact=DeviceFaultCleared, deal=cases.device_fault_cleared
    ),
    Handler(name="sos.alarm_opened", fact=AlarmOpened, deal=sos.alarm_opened),
    Handler(
        name="charging.commands_moved",
        fact=CommandMoved,
        deal=charging.commands_moved,
        together=True,
    ),
    Handler(name="charging.order_paid", fact=OrderPaid, deal=charging.order_paid),
    Handler(name="charging.order_refunded", fact=OrderRefunded, deal=charging.order_refunded),
    Handler(name="cases.alarm_gone", fact=AlarmGone, deal=cases.alarm_gone),
    Handler(name="notices.case_overdue", fact=CaseOverdue, deal=notices.case_overdue),
    Handler(name="notices.webhook_paused", fact=WebhookPaused, deal=notices.webhook_paused),
    Handler(name="notices.message_failed", fact=MessageFailed, deal=notices.message_failed),
    Handler(
        name="notices.exchange_compared", fact=ExchangeCompared, deal=notices.exchange_compared
    ),
    Handler(name="notices.case_waits", fact=CaseWaits, deal=notices.case_waits),
    Handler(name="notices.emergency_taken", fact=EmergencyTaken, deal=notices.emergency_taken),
    Handler(name="notices.call_rang", fact=CallRang, deal=notices.call_rang),
    Handler(name="notices.call_passed_on", fact=CallPassedOn, deal=notices.call_passed_on),
    Handler(name="notices.guest_came", fact=GuestCame, deal=notices.guest_came),
    Handler(name="notices.visit_asked", fact=VisitAsked, deal=notices.visit_asked),
    Handler(name="notices.sos_rung", fact=SosRung, deal=notices.sos_rung),
    Handler(name="notices.sos_moved", fact=SosMoved, deal=notices.sos_moved),
    Handler(
        name="campaigns.device_replaced",
        fact=DeviceReplaced,
        deal=campaign_handlers.device_replaced,
    ),
    Handler(name="home.passage_decided", fact=PassageDecided, deal=home.passage_decided),
    Handler(name="visits.passage_decided", fact=PassageDecided, deal=visits.passage_decided),
    Handler(name="visits.lane_decided", fact=LaneDecided, deal=visits.lane_decided),
    Handler(name="doors.rights_changed", fact=RightsChanged, deal=doors.rights_changed),
    Handler(
        name="doors.device_online", fact=DeviceWentOnline, deal=doors.devices_online, together=True
    ),
    Handler(name="doors.alarm_opened", fact=AlarmOpened, deal=doors.alarm_opened),
    Handler(name="doors.alarm_gone", fact=AlarmGone, deal=doors.alarm_gone),
    Handler(name="doors.alarm_closed", fact=AlarmClosed, deal=doors.alarm_closed),
    Handler(name="parking.stay_paid", fact=OrderPaid, deal=parking.stay_paid),
    Handler(name="parking.stay_refunded", fact=OrderRefunded, deal=parking.stay_refunded),
    Handler(name="parking.permit_paid", fact=OrderPaid, deal=parking.permit_paid),
    Handler(name="parking.permit_refunded", fact=OrderRefunded, deal=parking.permit_refunded),
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
    Job(name="notices.remind", every_s=600.0, run=notice_jobs.remind),
    Job(name="charging.look", every_s=5.0, run=charging_jobs.look),
    Job(name="charging.forget", every_s=_DAY_S, run=charging_jobs.forget),
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
    Job(name="doors.forget", every_s=3600.0, run=door_jobs.forget, in_parts=True),
    Job(name="doors.forget_newcomers", every_s=3600.0, run=door_jobs.forget_newcomers),
    Job(name="doors.follow", every_s=600.0, run=door_jobs.follow),
    Job(name="doors.end_unguarded", every_s=60.0, run=door_jobs.end_unguarded),
    Job(name="doors.end_modes", every_s=15.0, run=door_jobs.end_modes),
    Job(name="doors.remind", every_s=5.0, run=door_jobs.remind),
    Job(name="doors.turn_keys", every_s=30.0, run=door_jobs.turn_keys),
    Job(name="exchange.compare", every_s=600.0, run=exchange_jobs.compare),
    Job(name="exchange.forget", every_s=_DAY_S, run=exchange_jobs.forget, in_parts=True),
    Job(name="openapi.forget", every_s=_DAY_S, run=openapi_jobs.forget, in_parts=True),
    Job(name="openapi.close_months", every_s=3600.0, run=openapi_jobs.close_months),
    Job(name="parking.tick", every_s=30.0, run=parking_jobs.tick),
    Job(name="parking.guide", every_s=5.0, run=parking_jobs.guide),
    Job(name="parking.bookings", every_s=300.0, run=parking_jobs.end_bookings),
    Job(name="parking.forget", every_s=_DAY_S, run=parking_jobs.forget, in_parts=True),
    Job(name="releases.forget", every_s=_DAY_S, run=release_jobs.forget),
    Job(name="files.seal", every_s=60.0, run=file_jobs.seal, in_parts=True),
    Job(name="files.tidy", every_s=3600.0, run=file_jobs.tidy),
    Job(name="files.tidy_sealed", every_s=_DAY_S, run=file_jobs.tidy_sealed),
    Job(name="imports.forget", every_s=60.0, run=import_jobs.forget),
    Job(name="vault.index", every_s=30.0, run=vault_jobs.index, in_parts=True),
    Job(name="vault.rewrap", every_s=60.0, run=vault_jobs.rewrap, in_parts=True),
    Job(name="vault.rewrap_apart", every_s=60.0, run=vault_jobs.rewrap_apart, in_parts=True),
    Job(name="apart.sweep", every_s=3600.0, run=apart_jobs.sweep),
    Job(name="incidents.destroy", every_s=3600.0, run=incident_jobs.destroy),
    Job(name="incidents.remind", every_s=3600.0, run=incident_jobs.remind),
    Job(name="sos.tick", every_s=1.0, run=sos_jobs.tick),
    Job(name="sos.forget", every_s=_DAY_S, run=sos_jobs.forget, in_parts=True),
    Job(name="tours.tick", every_s=10.0, run=tour_jobs.tick),
    Job(name="tours.forget", every_s=_DAY_S, run=tour_jobs.forget, in_parts=True),
    Job(name="money.reconcile", every_s=600.0, run=money_jobs.reconcile),
    Job(name="visits.ring_on", every_s=2.0, run=visit_jobs.ring_on),
    Job(name="visits.finish", every_s=30.0, run=visit_jobs.finish, in_parts=True),
    Job(name="visits.end_unguarded", every_s=60.0, run=visit_jobs.end_unguarded),
    Job(name="visits.forget", every_s=3600.0, run=visit_jobs.forget, in_parts=True),
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
