"""Who may park by the month, by a list, by a booking; and what merchants give."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from linli.domains.parking.models.lots import Bay, Lot
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.people.models import Household, Organisation, Person

_ACCOUNT = settings.AUTH_USER_MODEL


@holds(
    internal("lot kind places month_fen more_fen since until ended_at note"),
    personal("household", "所属房屋", "home", "vehicles"),
    personal("owner", "车主", "owner", "vehicles"),
)
class Permit(Scoped):
    """Cars of a group that share so many `places` by the month (or for as long as it says)."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="permits")
    kind = models.CharField(max_length=12, default="monthly")
    places = models.PositiveSmallIntegerField(default=1)
    month_fen = models.PositiveIntegerField(default=0)
    more_fen = models.PositiveIntegerField(default=0)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="a_permit_has_a_span"),
        ]
        indexes = [
            models.Index(fields=["community", "until"], name="permit_by_end"),
            models.Index(fields=["community", "-id"], name="permit_newest"),
        ]

    def __str__(self) -> str:
        return f"permit {self.pk}"


@holds(internal("permit"), personal("plate", "车牌", "plate", "vehicles"))
class PermitCar(Scoped):
    """A car of a permit."""

    permit = models.ForeignKey(Permit, on_delete=models.CASCADE, related_name="cars")
    plate = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["permit", "plate"], name="a_car_is_in_a_permit_once"),
        ]
        indexes = [models.Index(fields=["community", "plate"], name="permit_car_by_plate")]

    def __str__(self) -> str:
        return f"car of {self.permit_id}"


@holds(
    internal("colour until at reason ended_at"),
    personal("plate", "车牌", "plate", "vehicles"),
    actors("by"),
)
class Listed(Scoped):
    """A car on the black list or the white one (`colour`)."""

    plate = models.CharField(max_length=10)
    colour = models.CharField(max_length=5)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "plate", "colour"],
                condition=Q(ended_at=None),
                name="a_car_is_listed_once",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="listed_newest")]

    def __str__(self) -> str:
        return f"{self.colour} {self.pk}"


@holds(
    internal("bay days starts ends share_percent open at"),
    personal("owner", "出借人", "who lends", "vehicles"),
)
class Loan(Scoped):
    """A place that its owner lends on some days (`1` Monday … `7` Sunday) for some hours; hours
    that end no later than they begin go on past midnight. `share_percent` of each fee is his.
    """

    bay = models.ForeignKey(Bay, on_delete=models.PROTECT, related_name="loans")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    days = models.CharField(max_length=7)
    starts = models.TimeField()
    ends = models.TimeField()
    share_percent = models.PositiveSmallIntegerField()
    open = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share_percent__lte=100), name="a_share_is_a_part"),
            models.UniqueConstraint(
                fields=["bay"], condition=Q(open=True), name="a_bay_is_lent_by_one"
            ),
        ]

    def __str__(self) -> str:
        return f"loan {self.pk}"


@holds(
    internal("lot bay loan since until state at home"),
    personal("plate", "车牌", "plate", "vehicles"),
    personal("account", "预约账号", "account that booked", "vehicles"),
)
class Booking(Scoped):
    """A place kept for a car from a time to another; of a neighbour who lends his (`loan`), or any
    in the lot. `home` is the community of whoever booked. `state`: waiting, come, withdrawn, over.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bookings")
    bay = models.ForeignKey(Bay, on_delete=models.PROTECT, null=True, related_name="bookings")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="bookings")
    plate = models.CharField(max_length=10)
    account = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, related_name="+")
    home = models.CharField(max_length=32)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="a_booking_has_a_span"),
        ]
        indexes = [
            models.Index(fields=["community", "plate", "state"], name="booking_by_plate"),
            models.Index(fields=["lot", "state", "since"], name="booking_of_lot"),
            models.Index(fields=["community", "account", "-id"], name="booking_by_account"),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"


@holds(
    internal("lot merchant kind amount at until stay_number used_at"),
    personal("plate", "车牌", "plate", "vehicles"),
    actors("by"),
)
class Coupon(Scoped):
    """What a merchant gives to the car of a customer. `stay_number` is the stay it was used for."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="coupons")
    merchant = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    plate = models.CharField(max_length=10)
    kind = models.CharField(max_length=8)
    amount = models.PositiveIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    stay_number = models.BigIntegerField(null=True)
    used_at = models.DateTimeField(null=True)
    by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "plate", "-id"], name="coupon_by_plate")]

    def __str__(self) -> str:
        return f"coupon {self.pk}"


@holds(
    internal("pay_by_wallet findable at"),
    personal("plate", "车牌", "plate", "vehicles"),
    personal("account", "账号", "account", "vehicles"),
)
class CarWish(Scoped):
    """What the owner of a car wants: that the lane takes the fee from his wallet; that nobody finds
    the car by its plate without signing in.
    """

    plate = models.CharField(max_length=10)
    account = models.ForeignKey(_ACCOUNT, on_delete=models.CASCADE, related_name="+")
    pay_by_wallet = models.BooleanField(default=False)
    findable = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "plate"], name="one_wish_a_car"),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk}"
