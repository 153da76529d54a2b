"""What somebody did alone, because it could not wait, another person looks at afterwards: emergency
access, words spoken to many at once. Until then it stands open, and those who may say so are told
again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from linli.kernel.fault import Fault

REMINDED_AFTER = (timedelta(days=1), timedelta(days=3))
"""Of what nobody has looked at by then, those who may are told again; the second time, whoever
guards the rights here too.
"""


class OwnDeed(Fault):
    """Nobody reviews what he did himself."""

    key = "identity.own_deed"
    status = 403


class ReviewedAlready(Fault):
    key = "identity.reviewed_already"


class WordWanted(Fault):
    """Whoever reviews says in a word what he found."""

    key = "identity.word_wanted"
    status = 422


class Reviewed(models.Model):
    """What another person looks at afterwards: who did, when, whether it was right, and what he
    found. `reminded` counts how often it was told that nobody had yet.
    """

    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    justified = models.BooleanField(null=True)
    review = models.CharField(max_length=300, blank=True)
    reminded = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


def settle(
    row: Reviewed, *, doer: int, justified: bool, words: str, by: int, now: datetime
) -> None:
    """Say of what was done whether it was right; the row is locked by who asks.

    :raises OwnDeed: if one did it oneself
    :raises ReviewedAlready: if somebody has said so
    :raises WordWanted: if there is no word to it
    """
    if doer == by:
        raise OwnDeed
    if row.reviewed_at is not None:
        raise ReviewedAlready
    if not words.strip():
        raise WordWanted
    row.reviewed_by_id, row.reviewed_at = by, now
    row.justified, row.review = justified, words.strip()[:300]
    row.save()


def reminds(*, at: datetime, reminded: int, now: datetime) -> bool:
    """Tell whether it is time to tell again that nobody has looked at what was done `at`."""
    return reminded < len(REMINDED_AFTER) and now - at >= REMINDED_AFTER[reminded]
