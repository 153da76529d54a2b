"""Incidents, and what was written down about people while they lasted."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped


@holds(
    internal("title place keep_days vault_key opened_at closed_at destroyed_at destroyed"),
    actors("opened_by closed_by"),
)
class Incident(Scoped):
    """Somebody opened it and somebody closes it. What was written down lies apart under a key of
    its own, `vault_key`, which is destroyed `keep_days` after it was closed; `destroyed` counts
    what was.
    """

    title = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    keep_days = models.PositiveSmallIntegerField()
    vault_key = models.CharField(max_length=32)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="incident_by_time")]

    def __str__(self) -> str:
        return self.title


@holds(
    internal("incident vault_key token at"),
    actors("by"),
    personal("subject", "本人", "whose", "emergency"),
)
class IncidentNote(Scoped):
    """That something was written down about somebody: where he is, what he needs. What, lies apart:
    `token` opens it. `subject` is `person:12` where he is in the register: it is then under a key
    of his own in this incident, `vault_key`, which is destroyed with him; what is about nobody is
    under that of the incident.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notes")
    subject = models.CharField(max_length=48, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    token = models.CharField(max_length=32, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["community", "subject"], name="incident_note_by_subject"),
            models.Index(fields=["community", "token"], name="incident_note_by_token"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"
