"""Tables of notices and broadcasts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("to place text_zh text_en severity at source link"),
)
class Notice(Scoped):
    """Words for people of a role near a place. `source` is the id of what wanted them."""

    to = models.CharField(max_length=32)
    place = models.CharField(max_length=200)
    text_zh = models.CharField(max_length=1000)
    text_en = models.CharField(max_length=1000, blank=True)
    severity = models.CharField(max_length=16)
    at = models.DateTimeField()
    source = models.CharField(max_length=64)
    link = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "source", "to"], name="one_notice_for_each_source_and_role"
            ),
        ]
        indexes = [models.Index(fields=["community", "to", "-id"], name="notice_by_role")]

    def __str__(self) -> str:
        return f"#{self.pk} to {self.to}"


@holds(
    internal("notice at"),
    actors("account"),
)
class Reading(Scoped):
    """Somebody has read a notice."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "account"], name="a_notice_is_read_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.notice_id} by {self.account_id}"


@holds(
    internal("place text_zh text_en urgent speakers commands blocked at source key"),
    actors("by"),
)
class Broadcast(Scoped):
    """Words spoken aloud in a place, or why they were not (`blocked`).

    `speakers` are the codes of the loudspeakers, `commands` what they were told. `source` is the
    effect that wanted it; `by` and `key` tell who asked, so that asking twice is asking once.
    """

    place = models.CharField(max_length=200)
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)
    urgent = models.BooleanField(default=False)
    speakers = models.JSONField(default=list)
    commands = models.JSONField(default=list)
    blocked = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "source"],
                condition=~Q(source=""),
                name="one_broadcast_for_each_effect",
            ),
            models.UniqueConstraint(
                fields=["community", "by", "key"],
                condition=~Q(key=""),
                name="a_broadcast_is_asked_for_once",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="broadcast_list")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.place}"
