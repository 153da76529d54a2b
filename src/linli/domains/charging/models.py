"""Tables of charging: sites and what stands there, tariffs in force, chargings, packages."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.charging.logic import vins
from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.kernel.words import Words
from linli.registry.devices.models import Device
from linli.registry.people.models import Person, Vehicle
from linli.registry.places.models import Place


class Kind(models.TextChoices):
    """For what a site is."""

    EV = "ev"
    EBIKE = "ebike"


class State(models.TextChoices):
    """How a charging stands: asked for; under way; told only after another began; over and still
    plugged in; paid or billed; never begun.
    """

    STARTING = "starting"
    CHARGING = "charging"
    LATE = "late"
    PLUGGED = "plugged"
    SETTLED = "settled"
    FAILED = "failed"


OPEN = (State.STARTING, State.CHARGING)
UNSETTLED = (State.STARTING, State.CHARGING, State.LATE, State.PLUGGED)


class Closed(models.TextChoices):
    """Why a site is closed."""

    REPAIR = "repair"
    CHECK = "check"
    POWER = "power"
    WORKS = "works"
    SAFETY = "safety"
    OTHER = "other"


@holds(
    internal("code name_zh name_en kind place tariff limit_da pays open shared_at"),
    internal("closed_why closed_note closed_at closed_until"),
)
class Site(Scoped):
    """Where one charges. `limit_da` is what all of it may draw on each phase, tenths of an ampere
    (0: no limit); `tariff` the id of its tariff; `pays` is `hold` (money is set aside at the start)
    or `after` (an order at the end). While it is not `open`, `closed_…` say why, since when and
    until when; it is opened by somebody, never by the clock.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    tariff = models.CharField(max_length=40)
    limit_da = models.PositiveIntegerField(default=0)
    pays = models.CharField(max_length=8, default="hold")
    open = models.BooleanField(default=True)
    closed_why = models.CharField(max_length=8, choices=Closed.choices, blank=True)
    closed_note = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_site_for_each_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(internal("site device label phases most_da open camera camera_lane"))
class Connector(Scoped):
    """A plug or a socket: the device that shows it, the phases that it draws on and how much.
    `camera` is the code of the device that reads plates at its bay; `camera_lane` which lane of
    that camera it is, where it sees several bays.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="connectors")
    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=16)
    phases = models.CharField(max_length=3, default="123")
    most_da = models.PositiveIntegerField(default=320)
    open = models.BooleanField(default=True)
    camera = models.CharField(max_length=48, blank=True)
    camera_lane = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "label"], name="one_connector_a_label"),
            models.UniqueConstraint(
                fields=["community", "camera", "camera_lane"],
                condition=~Q(camera=""),
                name="one_bay_a_lane_of_a_camera",
            ),
        ]

    def __str__(self) -> str:
        return self.label


@holds(internal("site version text from_at"), actors("by approved_by"))
class TariffVersion(Scoped):
    """The text (TOML) of a site's tariff from a moment on. Those of the catalogue hold where there
    is none.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    from_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "version"], name="one_tariff_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.version}"


@holds(
    internal("connector from_at until"),
    personal("person", "预约人", "who reserved", "payment"),
)
class Reservation(Scoped):
    """A connector kept for somebody until a moment; it ends by itself, or when he begins."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="reservations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    from_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector"], name="a_connector_is_kept_for_one"),
            models.UniqueConstraint(fields=["community", "person"], name="one_is_kept_for_each"),
        ]

    def __str__(self) -> str:
        return f"{self.connector_id} until {self.until:%F %T}"


@holds(
    internal("site package name_zh name_en from_at until order refunded_at"),
    personal("person", "持有人", "holder", "payment"),
    personal("price_fen", "价款", "price", "payment"),
    personal("energy_wh", "含电量", "energy", "payment"),
    personal("left_wh", "剩余电量", "energy left", "payment"),
)
class Bought(Scoped):
    """A package that somebody bought, by an order that his wallet paid."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    package = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    price_fen = models.PositiveIntegerField()
    energy_wh = models.PositiveIntegerField()
    left_wh = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    until = models.DateTimeField()
    order = models.BigIntegerField(null=True)
    refunded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["community", "person", "until"], name="packages_of")]

    def __str__(self) -> str:
        return self.package


@holds(
    internal("at"),
    personal("person", "愿意凭车牌充电的人", "who charges by his plate", "payment"),
    personal("vehicle", "凭车牌充电的车", "the vehicle whose plate begins it", "payment"),
)
class PlateWish(Scoped):
    """Somebody wants that a camera which sees this plate of his begins a charging that he pays."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "vehicle"], name="one_wish_a_plate"),
        ]

    def __str__(self) -> str:
        return f"plate wish {self.pk}"


@holds(
    internal("at vault_key"),
    personal("person", "愿意即插即充的人", "who charges by plugging in", "payment"),
    personal("vehicle", "即插即充的车", "the vehicle that begins it", "payment"),
    sensitive("vin", "车架号（VIN）", "number of the vehicle (VIN)", "payment"),
)
class CarVin(Scoped):
    """Somebody wants that this car of his begins a charging that he pays when it is plugged in and
    says its VIN; that is sealed, and found by its blind index.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="+")
    vault_key = models.CharField(max_length=32, blank=True)
    vin = Sealed(mask=vins.masked, whole=True)
    vin_sealed = models.CharField(max_length=120, blank=True)
    vin_index = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], name="one_vin_a_vehicle"),
            models.UniqueConstraint(fields=["community", "vin_index"], name="one_vehicle_a_vin"),
        ]

    def __str__(self) -> str:
        return f"car by VIN {self.pk}"


@holds(
    internal("connector way number transaction ask code state reason tariff offline stop_asked_at"),
    internal("low_since over_since limit_da running_since waiting_since cause bought heard_at"),
    internal("hold order paid_order told"),
    personal("person", "充电人", "who charged", "payment"),
    personal("vehicle", "凭车牌充电的车", "the car whose plate began it", "payment"),
    personal("asked_at", "发起时间", "when it was asked for", "payment"),
    personal("started_at", "开始时间", "when it began", "payment"),
    personal("ended_at", "结束时间", "when it ended", "payment"),
    personal("gone_at", "拔枪时间", "when it was unplugged", "payment"),
    personal("seen_at", "车位摄像机最后看到车的时间", "when its car was last seen", "payment"),
    personal("left_at", "车位摄像机看到车开走的时间", "when its car was seen to leave", "payment"),
    personal("settled_at", "结算时间", "when it was settled", "payment"),
    personal("meter", "表计读数", "readings of the meter", "payment"),
    personal("energy_wh", "电量", "energy", "payment"),
    personal("power_w", "功率", "power", "payment"),
    personal("most_w", "最高功率", "highest power", "payment"),
    personal("done_by", "希望充好的时间", "when it should be done", "payment"),
    personal("wants_wh", "希望充的电量", "energy wanted", "payment"),
    personal("held_fen", "冻结金额", "amount set aside", "payment"),
    personal("proof", "费用明细", "proof of the fee", "payment"),
    personal("fee_fen", "费用", "fee", "payment"),
    personal("due_fen", "待付", "amount due", "payment"),
    personal("refunded_fen", "已退", "refunded", "payment"),
)
class Session(Scoped):
    """One charging, from the wish to the receipt. `number` is what a charge point is told to start
    for; `transaction` what it calls it itself; `ask` the question that began it; `code` which code
    of a phone, that begins one. `hold`, `paid_order` and `order` are numbers in the ledger: what
    was set aside, what was paid out of it, what is due beyond it. `over_since`: since when
    its charger shows that it is over and does not tell so. `told` is what its resident was told
    last (`logic.informing.Step`). `vehicle` is the car where its plate began it. `seen_at`: when
    the camera at the bay told the car once more after it was over; `left_at`: that it drove away.
    `meter` are readings `[epoch seconds, Wh]`; `tariff` is the whole tariff as it was at the start,
    so that no change of prices reaches it.
    """

    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="sessions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.SET_NULL, null=True, related_name="+")
    way = models.CharField(max_length=8)
    number = models.CharField(max_length=20)
    transaction = models.CharField(max_length=40, blank=True)
    ask = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=16, blank=True)
    tariff = models.JSONField()
    offline = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    stop_asked_at = models.DateTimeField(null=True)
    meter = models.JSONField(default=list)
    energy_wh = models.PositiveIntegerField(default=0)
    power_w = models.PositiveIntegerField(default=0)
    most_w = models.PositiveIntegerField(default=0)
    low_since = models.DateTimeField(null=True)
    over_since = models.DateTimeField(null=True)
    limit_da = models.PositiveIntegerField(null=True)
    running_since = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    done_by = models.DateTimeField(null=True)
    wants_wh = models.PositiveIntegerField(default=0)
    hold = models.BigIntegerField(null=True)
    held_fen = models.PositiveIntegerField(default=0)
    bought = models.ForeignKey(Bought, on_delete=models.PROTECT, null=True, related_name="+")
    proof = models.JSONField(default=list)
    fee_fen = models.PositiveIntegerField(default=0)
    due_fen = models.PositiveIntegerField(default=0)
    order = models.BigIntegerField(null=True)
    paid_order = models.BigIntegerField(null=True)
    refunded_fen = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=4, blank=True)
    cause = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector"],
                condition=Q(state__in=["starting", "charging"]),
                name="one_charging_at_a_connector",
            ),
            models.UniqueConstraint(fields=["community", "number"], name="one_charging_a_number"),
            models.UniqueConstraint(
                fields=["connector", "transaction"],
                condition=~Q(transaction=""),
                name="a_transaction_is_kept_once",
            ),
            models.UniqueConstraint(
                fields=["connector", "ask"],
                condition=~Q(ask=""),
                name="a_start_is_asked_for_once",
            ),
            models.UniqueConstraint(
                fields=["community", "code"], condition=~Q(code=""), name="a_code_begins_once"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="charging_list"),
            models.Index(fields=["community", "person", "-id"], name="charging_of_person"),
            models.Index(
                fields=["community", "state"],
                condition=Q(state__in=["starting", "charging", "late", "plugged"]),
                name="charging_not_settled",
            ),
            models.Index(
                fields=["community", "person"], condition=Q(due_fen__gt=0), name="charging_due"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.state}"


@holds(internal("device ask ok reason body at"))
class Answered(Scoped):
    """What a device was answered, so that the same question gets the same answer."""

    device = models.CharField(max_length=48)
    ask = models.CharField(max_length=64)
    ok = models.BooleanField()
    reason = models.CharField(max_length=64, blank=True)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="a_question_is_answered_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="answered_at")]

    def __str__(self) -> str:
        return f"{self.device} {self.ask}"
