"""Copies that were taken out."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("what form purpose at"),
    actors("by"),
)
class Copy(Scoped):
    """Somebody took a list out as a file. Its number is in the file, seen and unseen. `purpose` is
    empty where personal numbers were masked.
    """

    what = models.CharField(max_length=48)
    form = models.CharField(max_length=8)
    purpose = models.CharField(max_length=32, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="copy_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} {self.what}"
