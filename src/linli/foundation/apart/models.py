"""What is kept apart: tokens, and what they open to. No name, no number, no place. And the mark by
which the records know it.
"""

from django.db import models

from linli.foundation.privacy.classes import highly_sensitive, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("token subject what purpose kept_at"),
    highly_sensitive("sealed", "另库存放的", "kept apart", "emergency", "visit", "correction"),
)
class Kept(Scoped):
    """A value, under the key of `subject` (a random name, as in the vault). `what` says of which
    kind it is, `purpose` what alone it is opened for. Rows of the main database bear the token.
    """

    token = models.CharField(max_length=32)
    subject = models.CharField(max_length=32)
    what = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    sealed = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "token"], name="one_kept_a_token"),
        ]
        indexes = [
            models.Index(fields=["community", "subject"], name="kept_by_subject"),
            models.Index(fields=["community", "kept_at"], name="kept_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.token}"


@holds(
    internal("id value at"),
)
class Mark(models.Model):
    """One row in either database, with the same value in both as long as they are a pair. `at`:
    when it was given.
    """

    value = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_mark")]

    def __str__(self) -> str:
        return self.value
