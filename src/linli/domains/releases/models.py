"""Releases that were asked for, and how much of a year's privacy is spent."""

from django.conf import settings
from django.db import models

from linli.foundation.approvals.models import Approval
from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


class Kind(models.TextChoices):
    ROWS = "rows"
    COUNTS = "counts"


@holds(
    internal("kind wish measures content purpose recipient approval asked_at taken_at"),
    actors("asked_by"),
)
class DataRelease(Scoped):
    """A release that somebody asked for. `wish` says of what; `content` is what is to leave, made
    when it was asked for, and emptied when it has left. Of counts nothing is made before.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    wish = models.JSONField()
    measures = models.JSONField()
    content = models.BinaryField(default=b"")
    purpose = models.CharField(max_length=300)
    recipient = models.CharField(max_length=120)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="release_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


@holds(internal("year spent_milli"))
class Spent(Scoped):
    """How much ε, in thousandths, a community's counts have cost its people in a year."""

    year = models.PositiveSmallIntegerField()
    spent_milli = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "year"], name="one_budget_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.year}: {self.spent_milli}"
