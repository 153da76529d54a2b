"""Lots, their parts and lanes, and what they charge."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.places.models import Place

_ACCOUNT = settings.AUTH_USER_MODEL


class Named(Scoped):
    """A row with a code and a name in both languages."""

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal("code name_zh name_en place capacity hourly open residents_free leave_minutes"),
    internal("offered_to cars_a_place"),
)
class Lot(Named):
    """A lot or garage. `hourly`: cars of nobody in particular may come in. `residents_free`: cars
    of the register pay nothing. `leave_minutes` is how long whoever paid has to leave. Lots of
    other communities may book here if they stand in `offered_to`. A household may have up to
    `cars_a_place` cars for each place of its own.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    capacity = models.PositiveIntegerField()
    hourly = models.BooleanField(default=True)
    open = models.BooleanField(default=True)
    residents_free = models.BooleanField(default=False)
    leave_minutes = models.PositiveSmallIntegerField(default=15)
    offered_to = models.JSONField(default=list)
    cars_a_place = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_lot_a_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def where(self) -> str:
        """The path of the place where it lies; empty where that is nowhere in particular."""
        return self.place.path if self.place else ""


@holds(internal("lot text since"), actors("by approved_by"))
class LotTariff(Scoped):
    """The tariff of a lot from a time on, as two persons agreed to it, word for word (`text`)."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="tariffs")
    text = models.TextField()
    since = models.DateTimeField()
    by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "since"], name="one_tariff_of_a_lot_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} since {self.since}"


@holds(internal("lot code name_zh name_en capacity"))
class Area(Named):
    """A part of a lot that counts its free places."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="areas")
    capacity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "code"], name="one_area_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(internal("lot area number kind device"))
class Bay(Scoped):
    """A parking place: `kind` is general, mother_child, disabled, charging or private. `device` is
    the code of its sensor, if it has one.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bays")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="bays")
    number = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, default="general")
    device = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="one_bay_a_number"),
            models.UniqueConstraint(
                fields=["community", "device"],
                condition=~Q(device=""),
                name="one_bay_a_sensor",
            ),
        ]

    def __str__(self) -> str:
        return self.number


@holds(internal("lot code name_zh name_en"))
class Booth(Named):
    """A booth of a lot: whoever sits in it (`BoothShift`) minds its lanes."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="booths")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_booth_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(internal("lot area code name_zh name_en direction camera barrier booth"))
class Lane(Named):
    """A lane: who asks (`camera`), what rises (`barrier`), both codes of devices, one where it is
    both. `direction` is in, out or both. `booth` is where it is minded from, if it is.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="lanes")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=4)
    camera = models.CharField(max_length=48)
    barrier = models.CharField(max_length=48, blank=True)
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, null=True, related_name="lanes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_lane_a_code"),
            models.UniqueConstraint(fields=["community", "camera"], name="one_lane_a_camera"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(internal("lot area device shown told_at command"))
class Screen(Scoped):
    """A screen (`device`) that tells how many places of a lot, or of an area, are free. `shown` is
    what it was told last, by which `command`; None before it was told anything.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="screens")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.CharField(max_length=48)
    shown = models.PositiveIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    command = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "device"], name="a_screen_tells_one_lot"),
        ]

    def __str__(self) -> str:
        return self.device
