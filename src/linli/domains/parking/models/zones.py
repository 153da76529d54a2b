"""Where no car may stand, and the cars that stood there."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.parking.models.lots import Named
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.places.models import Place

_ACCOUNT = settings.AUTH_USER_MODEL


@holds(internal("code name_zh name_en place kind grace_minutes quiet_minutes open"))
class Zone(Named):
    """Where no car may stand: `kind` is fire_lane, entrance, no_parking or private. A case is
    opened after `grace_minutes` (of a fire lane at once); nobody is told of the same car again
    within `quiet_minutes`.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    grace_minutes = models.PositiveSmallIntegerField(default=10)
    quiet_minutes = models.PositiveSmallIntegerField(default=30)
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_zone_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(internal("zone device"))
class ZoneCamera(Scoped):
    """A camera that tells plates in a zone: `device` is its code. A long lane has several, each of
    which sees a part of it; none watches two zones.
    """

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="cameras")
    device = models.CharField(max_length=48)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "device"], name="one_zone_a_camera"),
        ]

    def __str__(self) -> str:
        return self.device


@holds(
    internal("zone colour first_at last_at times state told hosted told_at case cause moved_at"),
    internal("doubted device"),
    personal("plate", "车牌", "plate", "vehicles"),
    actors("by towed_by"),
    internal("tow_note towed_at gone_at"),
)
class Misparked(Scoped):
    """A car that stands where it must not. `state` is standing, gone or towed. `told` counts the
    telephones that were told; who they are is in no list. `hosted`: they are those of whose guest
    it is. `by` is the guard who saw it, `device` the camera of the zone that saw it last.
    `doubted`: a camera alone saw it, and read its plate with doubt, and has not seen it there
    later; no case is opened of it.
    """

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="cars")
    plate = models.CharField(max_length=10)
    colour = models.CharField(max_length=16, blank=True)
    device = models.CharField(max_length=48, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, default="standing")
    doubted = models.BooleanField(default=False)
    told = models.PositiveSmallIntegerField(default=0)
    hosted = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    case = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField(null=True)
    """When its owner said that he is coming."""
    gone_at = models.DateTimeField(null=True)
    towed_at = models.DateTimeField(null=True)
    towed_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    tow_note = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "plate"],
                condition=Q(state="standing"),
                name="a_car_stands_in_a_zone_once",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="misparked_list"),
            models.Index(fields=["community", "plate", "-id"], name="misparked_by_plate"),
            models.Index(fields=["community", "last_at"], condition=Q(state="standing"),
                         name="misparked_standing"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"misparked {self.pk}"
