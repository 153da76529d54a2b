"""Cars in a lot, cars at a lane, and what was done by hand."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.parking.models.lots import Area, Bay, Lane, Lot
from linli.domains.parking.models.rights import Permit
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped

_ACCOUNT = settings.AUTH_USER_MODEL


@holds(
    internal("lot kind entered_by left_by entered_at left_at state why fee_fen paid_fen paid_at"),
    internal("leave_by marks ticket proof permit visit booking settled looked cause colour area"),
    internal("bay"),
    personal("plate", "车牌", "plate", "vehicles"),
)
class Stay(Scoped):
    """A car in a lot, from one passage to the other. `state` is inside, left or lost (it left, or
    came, and no camera saw it: `why`). `entered_at` is None until somebody says when it came. `bay`
    is the place on which it stands, where that matters: one for children or the disabled.

    `fee_fen` is final once it left; `proof` are the lines whose sum it is. `ticket` names a car
    without a plate. `settled`: nothing of it is asked for any more.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="stays")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    plate = models.CharField(max_length=10, blank=True)
    colour = models.CharField(max_length=16, blank=True)
    ticket = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=16)
    marks = models.JSONField(default=list)
    bay = models.ForeignKey(Bay, on_delete=models.PROTECT, null=True, related_name="+")
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, null=True, related_name="stays")
    visit = models.BigIntegerField(null=True)
    booking = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(Lane, on_delete=models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(Lane, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, default="inside")
    why = models.CharField(max_length=16, blank=True)
    fee_fen = models.PositiveIntegerField(default=0)
    paid_fen = models.PositiveIntegerField(default=0)
    paid_at = models.DateTimeField(null=True)
    leave_by = models.DateTimeField(null=True)
    proof = models.JSONField(default=list)
    settled = models.BooleanField(default=False)
    looked = models.PositiveIntegerField(default=0)
    """How often somebody looked the plate up without signing in."""
    cause = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "plate"],
                condition=Q(state="inside") & ~Q(plate=""),
                name="a_car_is_in_a_lot_once",
            ),
            models.UniqueConstraint(
                fields=["community", "ticket"],
                condition=~Q(ticket=""),
                name="one_stay_a_ticket",
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "-id"], condition=Q(state="inside"), name="stay_inside"),
            models.Index(
                fields=["community", "lot", "area"],
                condition=Q(state="inside"),
                name="stay_counted",
            ),
            models.Index(fields=["community", "plate", "-id"], name="stay_by_plate"),
            models.Index(fields=["community", "-id"], name="stay_list"),
            models.Index(
                fields=["community", "-id"],
                condition=Q(settled=False) & ~Q(why=""),
                name="stay_to_mend",
            ),
            models.Index(
                fields=["bay"], condition=Q(state="inside", bay__isnull=False), name="stay_on_bay"
            ),
            models.Index(fields=["permit", "-id"], name="stay_of_permit"),
            models.Index(fields=["community", "left_at"], name="stay_by_leaving"),
        ]

    def __str__(self) -> str:
        return f"stay {self.pk} {self.state}"


@holds(
    internal("lane device ask at told_at direction confidence_milli colour times corrected opened"),
    internal("reason stay fact read"),
    personal("answer", "车道屏显示", "what the lane showed", "vehicles"),
    personal("plate", "车牌", "plate", "vehicles"),
    personal("plate_read", "识别出的车牌", "plate as read", "vehicles"),
    personal("picture", "过车照片", "picture of the passage", "vehicles"),
)
class Sighting(Scoped):
    """A car at a lane, as the camera told it: what it read, what we took it for, what we answered.
    `times` counts how often the same car was told. `at` is when it stood there: by the camera's
    clock where it was told afterwards, else as `told_at`, by ours. `read`: its plate was read.
    """

    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="sightings")
    device = models.CharField(max_length=48)
    ask = models.CharField(max_length=64)
    plate_read = models.CharField(max_length=10, blank=True)
    plate = models.CharField(max_length=10, blank=True)
    corrected = models.BooleanField(default=False)
    colour = models.CharField(max_length=16, blank=True)
    confidence_milli = models.PositiveSmallIntegerField()
    read = models.BooleanField(default=True)
    direction = models.CharField(max_length=4)
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    picture = models.CharField(max_length=64, blank=True)
    opened = models.BooleanField()
    reason = models.CharField(max_length=16)
    answer = models.JSONField(default=dict)
    stay = models.ForeignKey(Stay, on_delete=models.SET_NULL, null=True, related_name="sightings")
    fact = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="a_lane_asks_once_by_an_id"
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "plate", "-at"], name="sighting_same_car"),
            models.Index(fields=["community", "-id"], name="sighting_list"),
            models.Index(fields=["lane", "-id"], name="sighting_of_lane"),
            models.Index(fields=["community", "plate", "-id"], name="sighting_of_plate"),
            models.Index(fields=["community", "at"], name="sighting_by_time"),
            models.Index(
                fields=["community", "-id"], condition=Q(opened=False), name="sighting_shut"
            ),
            models.Index(
                fields=["community", "-id"],
                condition=Q(reason="followed"),
                name="sighting_followed",
            ),
            models.Index(
                fields=["community", "-id"], condition=Q(read=False), name="sighting_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"sighting {self.pk}"


@holds(internal("stay lane at step reason case"), actors("by"))
class StayMark(Scoped):
    """What a person did to a stay, or at a lane, and why: never changed, never taken away."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, null=True, related_name="done")
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    step = models.CharField(max_length=16)
    reason = models.CharField(max_length=200)
    case = models.BigIntegerField(null=True)
    by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["community", "-id"], name="stay_mark_list"),
            models.Index(fields=["community", "by", "at"], name="stay_mark_of_whom"),
        ]

    def __str__(self) -> str:
        return self.step


@holds(
    internal("stay order way at refunded_fen"),
    personal("fen", "金额", "amount", "payment"),
)
class Paid(Scoped):
    """An order that was paid for a stay: once."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="payments")
    order = models.BigIntegerField()
    fen = models.PositiveIntegerField()
    refunded_fen = models.PositiveIntegerField(default=0)
    way = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "order"], name="an_order_pays_once"),
        ]

    def __str__(self) -> str:
        return f"order {self.order}"
