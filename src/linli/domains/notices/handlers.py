"""What notices do when scenes want words read or spoken, or when a case is late."""

from datetime import UTC, datetime

from django.utils import timezone

from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.effects import BroadcastWanted, NoticeWanted
from linli.contracts.exchange import ExchangeCompared, MessageFailed
from linli.contracts.identity import EmergencyTaken
from linli.contracts.openapi import WebhookPaused
from linli.contracts.places import PlaceMoved
from linli.contracts.sos import SosMoved, SosRung
from linli.contracts.visits import CallPassedOn, CallRang, GuestCame, VisitAsked
from linli.domains.notices import logic, operations
from linli.domains.notices.operations import guests, pushing


def notice_wanted(effect: NoticeWanted) -> None:
    """Post a scene's notice; told again, nothing."""
    operations.post_wanted(effect=effect, now=datetime.fromtimestamp(effect.at, UTC))


def broadcast_wanted(effect: BroadcastWanted) -> None:
    """Speak a scene's words while they are fresh; told again, nothing."""
    operations.speak_wanted(effect=effect, now=timezone.now())


def case_overdue(fact: CaseOverdue) -> None:
    """Tell the supervisor, then the manager; told again, nothing."""
    operations.tell_overdue(fact=fact)


def case_waits(fact: CaseWaits) -> None:
    """Tell the dispatcher; told again, nothing."""
    operations.tell_waiting(fact=fact)


def webhook_paused(fact: WebhookPaused) -> None:
    """Tell the manager; told again, nothing."""
    operations.tell_webhook_paused(fact=fact)


def message_failed(fact: MessageFailed) -> None:
    """Tell the front desk; told again, nothing."""
    operations.tell_message_failed(fact=fact)


def exchange_compared(fact: ExchangeCompared) -> None:
    """Tell the front desk of differences; told again, nothing."""
    operations.tell_exchange_compared(fact=fact)


def emergency_taken(fact: EmergencyTaken) -> None:
    """Tell the manager and the security officer; told again, nothing."""
    operations.tell_emergency(fact=fact)


def place_moved(fact: PlaceMoved) -> None:
    """Find notices and broadcasts under the new path of their place; told again, nothing."""
    operations.place_moved(fact=fact)


def call_rang(fact: CallRang) -> None:
    """Ring the telephones of the home; told again, nothing."""
    pushing.ring(fact=fact, kind=logic.CALL, id=fact.call, told=fact.told)


def call_passed_on(fact: CallPassedOn) -> None:
    """Ring the telephones of the guards on duty; told again, nothing."""
    pushing.ring(fact=fact, kind=logic.PASSED_ON, id=fact.call, told=fact.guards)


def visit_asked(fact: VisitAsked) -> None:
    """Ring the telephones of the home; told again, nothing."""
    pushing.ring(fact=fact, kind=logic.VISIT, id=fact.visit, told=fact.told)


def guest_came(fact: GuestCame) -> None:
    """Tell the host; told again, nothing."""
    guests.tell(fact=fact)


def sos_rung(fact: SosRung) -> None:
    """Ring the telephones of a rung, at night too; told again, nothing."""
    pushing.ring(fact=fact, kind=logic.SOS, id=fact.call, told=fact.told)


def sos_moved(fact: SosMoved) -> None:
    """Tell those who go to a call for help that it is elsewhere; told again, nothing."""
    pushing.ring(fact=fact, kind=logic.SOS_MOVED, id=fact.call, told=fact.going)
