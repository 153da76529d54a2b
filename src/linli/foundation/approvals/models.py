"""Requests that take a second person."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


class State(models.TextChoices):
    """How a request stands. One that waits past its time has lapsed, whatever its row says."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    """Its asker wants something else by now: it is void, and another waits."""


@holds(
    internal("id kind about request digest state asked_at until decided_at used_at"),
    actors("asked_by decided_by words_zh words_en reason decision"),
)
class Approval(Scoped):
    """A request. `about` names the thing; `words` say to a person what is asked, `request` to a
    program; `digest` is that of the request, so that what is let pass is what was read.
    """

    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=200)
    words_zh = models.CharField(max_length=300)
    words_en = models.CharField(max_length=300)
    request = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "about", "asked_by"],
                condition=Q(state="waiting"),
                name="one_wish_waits_for_a_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="approval_by_time"),
            models.Index(fields=["community", "asked_by", "-id"], name="approval_by_asker"),
        ]

    def waits(self, now: datetime) -> bool:
        """Tell whether it can still be decided."""
        return bool(self.state == State.WAITING and now < self.until)

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"
