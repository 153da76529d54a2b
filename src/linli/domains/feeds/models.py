"""The table of feeds: of each token there is only its digest."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import holds, internal, personal
from linli.foundation.scope.models import Scoped


@holds(
    internal("kind token made_at revoked_at"),
    personal("account", "订阅人", "who subscribed", "account"),
)
class Feed(Scoped):
    """An address by which somebody's calendar program reads a calendar, until it is revoked."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=16)
    token = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["community", "account", "-id"], name="feed_of")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"
