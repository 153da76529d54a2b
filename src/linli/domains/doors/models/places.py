"""What doors are, and how they are kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.devices.models import Device
from linli.registry.places.models import Place


@holds(
    internal(
        "device kind place ring area back_rule interlock escape fails link_down ways floors",
        "release_s mode free_hours fire busy_until told_version told_at nudged_version set_at",
        "camera clock_off_s held_version called_at calls tries_since mode_until",
    ),
    actors("set_by mode_reason"),
)
class Door(Scoped):
    """A door, gate, barrier or lift: a device of the register, and how it is kept.

    `place` is where it leads to; entries of a guest are counted in one `ring` (estate, building).
    `area` is what it leads into for the rule of once in. Doors with the same `interlock` are an
    air lock: `busy_until` is how long one keeps the others. `fails`: what it does without power
    (`safe`, open; `secure`, shut); `link_down`: what it does without the line. `floors` are a
    lift's: landing → path of the place. `fire` is the number of the alarm that frees it now.
    `told_version` is up to where its controller was told the rights, `held_version` what it said
    itself that it holds, `clock_off_s` how far its clock is behind ours. `called_at` is when it was
    called last to fetch them, `calls` how often it was called again since it last got any further.
    `mode` is what somebody decided (`mode_reason`), until `mode_until` or until he says otherwise.
    `camera` is the code of the device whose pictures show who passes. Wrong codes count from
    `tries_since` on, when somebody at the desk let the door take digits again.
    """

    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    ring = models.CharField(max_length=16)
    area = models.CharField(max_length=32, blank=True)
    back_rule = models.CharField(max_length=4, default="off")
    interlock = models.CharField(max_length=32, blank=True)
    escape = models.BooleanField(default=False)
    fails = models.CharField(max_length=6, default="safe")
    link_down = models.CharField(max_length=6, default="rights")
    ways = models.JSONField(default=list)
    floors = models.JSONField(default=dict)
    camera = models.CharField(max_length=48, blank=True)
    release_s = models.PositiveSmallIntegerField(default=5)
    mode = models.CharField(max_length=6, default="normal")
    mode_until = models.DateTimeField(null=True)
    mode_reason = models.CharField(max_length=200, blank=True)
    free_hours = models.JSONField(default=list)
    fire = models.BigIntegerField(null=True)
    busy_until = models.DateTimeField(null=True)
    told_version = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    held_version = models.BigIntegerField(null=True)
    nudged_version = models.BigIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    clock_off_s = models.FloatField(null=True)
    tries_since = models.DateTimeField(null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["community", "kind"], name="door_by_kind"),
            models.Index(
                fields=["community", "interlock"], condition=~Q(interlock=""), name="door_airlock"
            ),
            models.Index(
                fields=["community", "mode_until"],
                condition=Q(mode_until__isnull=False),
                name="door_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"door {self.device_id}"


@holds(internal("door code direction"))
class Reader(Scoped):
    """A reader of a door: on which side it stands. A door without one has `in`."""

    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="readers")
    code = models.CharField(max_length=16)
    direction = models.CharField(max_length=3, default="in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["door", "code"], name="one_reader_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(internal("code name_zh name_en ended_at"))
class DoorGroup(Scoped):
    """Doors to which a right is given together. One that was deleted stays for the rights that were
    given to it once (`ended_at`).
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"],
                condition=Q(ended_at=None),
                name="one_door_group_a_code",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(internal("group door"))
class GroupedDoor(Scoped):
    """A door is in a group."""

    group = models.ForeignKey(DoorGroup, on_delete=models.CASCADE, related_name="grouped")
    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="groups")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "door"], name="a_door_is_grouped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.door_id} in {self.group_id}"
