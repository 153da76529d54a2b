"""Tables of what people changed about scenes, and of the modes that scenes ask for."""

from django.conf import settings
from django.db import models

from linli.foundation.scope.models import Scoped


class SceneState(Scoped):
    """Whether a scene works in a community. Without a row it does."""

    scene = models.CharField(max_length=96)
    on = models.BooleanField()
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
        ]

    def __str__(self) -> str:
        return f"{self.scene} {'on' if self.on else 'off'}"


class LimitOverride(Scoped):
    """A limit of a scene changed for one device, or for a place and all below it."""

    scene = models.CharField(max_length=96)
    target = models.CharField(max_length=200)
    key = models.CharField(max_length=48)
    value = models.FloatField()
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
