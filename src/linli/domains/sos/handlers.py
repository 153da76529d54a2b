"""What calls for help do when something else has happened."""

from django.utils import timezone

from linli.contracts.alarms import AlarmOpened
from linli.domains.sos import operations


def alarm_opened(fact: AlarmOpened) -> None:
    """Let telephones ring for a button that was pressed; told again, nothing."""
    operations.alarm_opened(fact=fact, now=timezone.now())
