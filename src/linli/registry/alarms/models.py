"""Tables of the alarm desk."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("scene place count first_at last_at"),
)
class Storm(Scoped):
    """Many alarms of one kind under one place at one time, to be looked at as one."""

    scene = models.CharField(max_length=96)
    place = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "scene", "-last_at"], name="storm_by_scene")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.scene} {self.place}"


@holds(
    internal(
        "effect scene device place target severity state active count first_at last_at cleared_at",
        "because acknowledged_at shelved_until shelve_reason closed_at close_reason",
        "flapping_since verdict verdict_at verdict_note storm leads",
    ),
    actors("acknowledged_by shelved_by closed_by verdict_by"),
)
class Alarm(Scoped):
    """One trouble, from its first raising until it is closed.

    `target` is the device, or the place where no device is meant: with the scene it tells one
    trouble from another. `effect` is the id of the first raising. `active` says that the trouble
    is there now; `state` what people have done about it. `leads` is false on the members of a
    storm that another alarm stands for. `verdict` is what people say of it afterwards: it was
    `right`, `wrong`, or they are `unsure`.
    """

    effect = models.CharField(max_length=64)
    scene = models.CharField(max_length=96)
    device = models.CharField(max_length=48, blank=True)
    place = models.CharField(max_length=200)
    target = models.CharField(max_length=200)
    severity = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    active = models.BooleanField(default=True)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    because = models.JSONField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    shelved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    shelved_until = models.DateTimeField(null=True)
    shelve_reason = models.CharField(max_length=500, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=500, blank=True)
    flapping_since = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, blank=True, default="")
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verdict_at = models.DateTimeField(null=True)
    verdict_note = models.CharField(max_length=500, blank=True, default="")
    storm = models.ForeignKey(Storm, on_delete=models.PROTECT, null=True, related_name="alarms")
    leads = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene", "target"],
                condition=Q(closed_at__isnull=True),
                name="one_open_alarm_for_each_trouble",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at__isnull=True)
                | Q(verdict__in=["right", "wrong", "unsure"], verdict_at__isnull=False),
                name="a_verdict_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="closed_alarm_says_when",
            ),
        ]
        # The open ones have small indexes of their own. `closed_at` stands in each, always empty,
        # so that a planner without statistics counts it and prefers them.
        indexes = [
            models.Index(
                fields=["community", "closed_at", "-id"],
                condition=Q(closed_at__isnull=True),
                name="alarm_open_list",
            ),
            models.Index(
                fields=["community", "closed_at", "severity", "-id"],
                condition=Q(closed_at__isnull=True),
                name="alarm_open_by_severity",
            ),
            models.Index(
                fields=["community", "closed_at", "scene", "-id"],
                condition=Q(closed_at__isnull=True),
                name="alarm_open_by_scene",
            ),
            models.Index(
                fields=["community", "closed_at", "state", "-id"],
                condition=Q(closed_at__isnull=True),
                name="alarm_open_by_state",
            ),
            models.Index(
                fields=["community", "closed_at", "device", "-id"],
                condition=Q(closed_at__isnull=True),
                name="alarm_open_by_device",
            ),
            models.Index(fields=["community", "-id"], name="alarm_list"),
            models.Index(fields=["community", "state", "-id"], name="alarm_by_state"),
            models.Index(fields=["community", "severity", "-id"], name="alarm_by_severity"),
            models.Index(fields=["community", "scene", "-id"], name="alarm_by_scene"),
            models.Index(fields=["community", "device", "-id"], name="alarm_by_device"),
            models.Index(
                fields=["shelved_until"],
                condition=Q(shelved_until__isnull=False),
                name="alarm_shelved_until",
            ),
            models.Index(
                fields=["community", "first_at"],
                condition=~Q(verdict=""),
                name="alarm_judged",
            ),
            models.Index(
                fields=["flapping_since"],
                condition=Q(flapping_since__isnull=False),
                name="alarm_flapping",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.scene} {self.target} {self.state}"


@holds(
    internal("ancestor alarm"),
)
class AlarmPlace(Scoped):
    """An alarm under every place that it is below: the list by place stays one short walk."""

    ancestor = models.CharField(max_length=200)
    alarm = models.ForeignKey(
        Alarm, on_delete=models.CASCADE, related_name="places", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "ancestor", "alarm"], name="an_alarm_is_under_a_place_once"
            ),
        ]
        indexes = [models.Index(fields=["alarm"], name="places_of_an_alarm")]

    def __str__(self) -> str:
        return f"{self.ancestor} #{self.alarm_id}"


@holds(
    internal("effect alarm scene target raised_at cleared_at"),
)
class Episode(Scoped):
    """One raising, and its clearing: a raising told twice is one episode.

    `alarm` is empty while only the clearing has been heard of.
    """

    effect = models.CharField(max_length=64)
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, null=True, related_name="episodes")
    scene = models.CharField(max_length=96, blank=True)
    target = models.CharField(max_length=200, blank=True)
    raised_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "effect"], name="a_raising_counts_once"),
        ]
        indexes = [
            models.Index(
                fields=["community", "scene", "target", "-raised_at"], name="episode_by_trouble"
            ),
            models.Index(fields=["community", "raised_at"], name="episode_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.scene} {self.target}"
