"""Days of providers, held against the ledger."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.money.models.providers import Provider
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped


@holds(
    internal("provider day number done tries first_at next_at why at ours_fen theirs_fen"),
    internal("differences"),
)
class Reconciliation(Scoped):
    """A day of a provider: asked for its list until it came (`done`), then what both sides came
    to: payments less refunds.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    number = models.CharField(max_length=64)
    done = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(null=True)
    ours_fen = models.BigIntegerField(default=0)
    theirs_fen = models.BigIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "day"], name="a_day_is_reconciled_once"),
        ]
        indexes = [
            models.Index(fields=["provider", "id"], condition=Q(done=False), name="days_asked"),
            models.Index(fields=["community", "-day"], name="days_list"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


@holds(
    internal("reconciliation sort kind number order_number mended settled_at note"),
    personal("ours_fen", "本方金额", "amount by us", "payment"),
    personal("theirs_fen", "对方金额", "amount by the provider", "payment"),
    actors("settled_by"),
)
class Difference(Scoped):
    """A line in which a day's lists differ: `missing_here`, `missing_there` or `other_amount`.
    `mended`: what they have and we had not was taken from their list.
    """

    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.CASCADE, related_name="lines"
    )
    sort = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    number = models.CharField(max_length=64)
    order_number = models.CharField(max_length=64, blank=True)
    ours_fen = models.BigIntegerField(null=True)
    theirs_fen = models.BigIntegerField(null=True)
    mended = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="difference_list")]

    def __str__(self) -> str:
        return f"{self.sort} {self.number}"
