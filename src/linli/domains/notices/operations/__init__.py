"""Every write to notices, broadcasts, and to what rings a telephone."""

from linli.domains.notices.operations.posting import (
    place_moved,
    post,
    post_wanted,
    read,
    tell_emergency,
    tell_exchange_compared,
    tell_message_failed,
    tell_overdue,
    tell_waiting,
    tell_webhook_paused,
)
from linli.domains.notices.operations.speaking import (
    Spoken,
    Waits,
    Wish,
    carry,
    say,
    speak,
    speak_wanted,
)

__all__ = [
    "Spoken",
    "Waits",
    "Wish",
    "carry",
    "place_moved",
    "post",
    "post_wanted",
    "read",
    "say",
    "speak",
    "speak_wanted",
    "tell_emergency",
    "tell_exchange_compared",
    "tell_message_failed",
    "tell_overdue",
    "tell_waiting",
    "tell_webhook_paused",
]
