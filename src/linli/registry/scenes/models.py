"""Tables of what people changed about scenes, and of the modes that scenes ask for."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("scene stage version reason at"),
    actors("by"),
)
class SceneState(Scoped):
    """How a scene stands in a community: `off`, in `shadow` or `on`, and by which text.

    `version` 0 is the catalogue's own text. Without a row a scene of the catalogue is on by it.
    """

    scene = models.CharField(max_length=96)
    stage = models.CharField(max_length=8)
    version = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene"], name="one_switch_for_each_scene"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["off", "shadow", "on"]), name="a_scene_stands_somehow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scene} {self.stage} v{self.version}"


@holds(
    internal("scene number toml note at"),
    actors("by"),
)
class SceneVersion(Scoped):
    """A text of a scene that this community has, numbered from 1. It never changes."""

    scene = models.CharField(max_length=96)
    number = models.PositiveIntegerField()
    toml = models.TextField()
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene", "number"], name="a_version_has_its_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scene} v{self.number}"


@holds(
    internal(
        "scene version_before version stage_before stage target key value_before value state",
        "reason at decided_at decision_reason",
    ),
    actors("by decided_by"),
)
class SceneChange(Scoped):
    """A wish to let a scene stand otherwise, and what came of it: who changed what, and why.

    It is `waiting` for a second person, `done`, `refused` or `withdrawn`. With a `key` it is about
    that limit at a `target` (as `LimitOverride`), while stage and version stay; a value of null is
    the text's own. Without, it is about the whole scene.
    """

    scene = models.CharField(max_length=96)
    version_before = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    stage_before = models.CharField(max_length=8)
    stage = models.CharField(max_length=8)
    target = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=48, blank=True)
    value_before = models.FloatField(null=True)
    value = models.FloatField(null=True)
    state = models.CharField(max_length=10)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene", "target", "key"],
                condition=Q(state="waiting"),
                name="one_waiting_change_of_a_scene_or_limit",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(state__in=["done", "refused", "withdrawn"], decided_at__isnull=False),
                name="a_decided_change_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="scene_changes"),
            models.Index(fields=["community", "scene", "-id"], name="changes_of_a_scene"),
        ]

    def __str__(self) -> str:
        what = f"{self.target} {self.key}={self.value}" if self.key else self.stage
        return f"#{self.pk} {self.scene} {what} v{self.version} {self.state}"


@holds(
    internal("effect cause scene device place severity because would at ended_at"),
)
class ShadowFinding(Scoped):
    """Once that a scene in shadow would have acted, until it would have ended."""

    effect = models.CharField(max_length=64)
    cause = models.CharField(max_length=64)
    scene = models.CharField(max_length=96)
    device = models.CharField(max_length=48, blank=True)
    place = models.CharField(max_length=200)
    severity = models.CharField(max_length=16)
    because = models.JSONField(null=True)
    would = models.JSONField(default=list)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "effect"], name="a_finding_counts_once"),
        ]
        indexes = [
            models.Index(fields=["community", "scene", "-id"], name="findings_of_a_scene"),
            models.Index(fields=["community", "at"], name="findings_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.scene}"


@holds(
    internal("scene target key value point operator version at"),
    actors("by"),
)
class LimitOverride(Scoped):
    """A limit of a scene changed for one device, or for a place and all below it.

    `key` says where in the text it stands. `point` is what it is compared with, empty for a span
    or a count; `operator` how, as `above` or `hold`; `version` the text that it was set for, 0 the
    catalogue's. Of a row with no operator, from before that was kept, only the key is known.
    """

    scene = models.CharField(max_length=96)
    target = models.CharField(max_length=200)
    key = models.CharField(max_length=48)
    value = models.FloatField()
    point = models.CharField(max_length=64, blank=True)
    operator = models.CharField(max_length=16, blank=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene", "target", "key"], name="a_limit_is_changed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scene} {self.target} {self.key}={self.value}"


@holds(
    internal("place mode value cause at"),
    actors("by"),
)
class Mode(Scoped):
    """The mode that a place is in, for all below it: `home` = `away`, `lighting` = `night`."""

    place = models.CharField(max_length=200)
    mode = models.CharField(max_length=48)
    value = models.CharField(max_length=48)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cause = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "place", "mode"], name="one_value_for_each_mode"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.mode}={self.value}"
