"""Tables of notices and broadcasts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.identity.reviewing import Reviewed
from linli.foundation.privacy.classes import actors, holds, internal, personal
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
    internal("alone reviewed_at justified review reminded"),
    actors("by reviewed_by"),
)
class Broadcast(Scoped, Reviewed):
    """Words spoken aloud in a place, or why they were not (`blocked`).

    `speakers` are the codes of the loudspeakers, `commands` what they were told. `source` is the
    effect that wanted it; `by` and `key` tell who asked, so that asking twice is asking once. What
    many heard because one person called it urgent was spoken `alone`: another reviews it.
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
    alone = models.BooleanField(default=False)

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
        indexes = [
            models.Index(fields=["community", "-id"], name="broadcast_list"),
            models.Index(
                fields=["community", "id"],
                condition=Q(alone=True, reviewed_at=None),
                name="broadcast_open",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.place}"


@holds(
    internal("agreed_at quiet_from quiet_to", purpose="push"),
    personal("account", "账号", "account", "push"),
    personal("device", "接收通知的设备", "device that hears", "push"),
    personal("endpoint", "推送地址", "address of the push service", "push"),
    personal("mark", "推送地址的摘要", "digest of that address", "push"),
    personal("point", "设备的公钥", "public key of the device", "push"),
    personal("line", "开通时的登录", "session it was agreed to in", "push"),
    personal("auth", "设备的推送密语", "secret shared with the device", "push"),
)
class Hearer(Scoped):
    """A browser that somebody lets be rung when no page is open: where its push service reaches it
    (`endpoint`; `mark` its digest), and the keys for which alone it is written (RFC 8291). Between
    `quiet_from` and `quiet_to` by the clock of the place it is rung for help only. It hears as long
    as the session of this `line` was not ended; one that ran out was not.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    device = models.CharField(max_length=120)
    endpoint = models.CharField(max_length=500)
    mark = models.CharField(max_length=64)
    point = models.CharField(max_length=90)
    auth = models.CharField(max_length=24)
    line = models.CharField(max_length=32, default="", blank=True)
    agreed_at = models.DateTimeField()
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "mark"], name="a_browser_hears_for_one"),
        ]
        indexes = [models.Index(fields=["community", "account"], name="hearer_of_account")]

    def __str__(self) -> str:
        return f"#{self.pk} of {self.account_id}"


@holds(internal("hearer source kind link tries next_at until", purpose="push"))
class Ringing(Scoped):
    """What a browser is to be told now; gone as soon as it was, or when it is too late. `source` is
    the fact behind it.
    """

    hearer = models.ForeignKey(Hearer, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    link = models.CharField(max_length=200)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hearer", "source"], name="one_ringing_for_each_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for #{self.hearer_id}"
