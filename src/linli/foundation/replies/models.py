"""Requests that named a key, and what they were answered."""

from django.db import models

from linli.foundation.privacy.classes import holds, internal


@holds(internal("mark asked status content_type body at"))
class Reply(models.Model):
    """A request under way (`status` is empty), or what it was answered.

    `mark` is the digest of who asked and of his key, `asked` that of what he asked. `body` is
    sealed: only who knows the key reads it again.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.mark[:8]} {self.status or 'under way'}"
