"""What made what."""

from django.db import models

from linli.foundation.privacy.classes import holds, internal


@holds(
    internal("id cause community kind at about"),
)
class Cause(models.Model):
    """One link: this fact, effect or reading, and what made it.

    `id` is the fact's, effect's or reading's own; `cause` the id above it, empty at the top.
    `about` is what it says for people, small and without personal data.
    """

    id = models.CharField(max_length=64, primary_key=True)
    cause = models.CharField(max_length=64, blank=True, db_index=True)
    community = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    about = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["community", "at"], name="cause_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
