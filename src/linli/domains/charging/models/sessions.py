"""Chargings, and the packages that pay for some."""

from django.db import models
from django.db.models import Q

from linli.domains.charging.models.sites import Connector, Site
from linli.foundation.privacy.classes import holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.people.models import Person, Vehicle


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
    internal("connector way number transaction ask code state reason tariff offline stop_asked_at"),
    internal("low_since over_since limit_da running_since waiting_since cause bought heard_at"),
    internal("flows_da limit_order limit_at limit_held cap_seen"),
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
    `limit_da` is its share as it was told last, by the order `limit_order` (while that is under
    way) at `limit_at`; `limit_held`: the charger confirmed it. `flows_da` is the most that it may
    draw by what was told and not taken back (None: as much as its connector gives); `cap_seen` the
    order of another that was reckoned with. `meter` are readings `[epoch seconds, Wh]`; `tariff`
    is the whole tariff as it was at the start, so that no change of prices reaches it.
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
    flows_da = models.PositiveIntegerField(null=True)
    limit_order = models.CharField(max_length=64, blank=True)
    limit_at = models.DateTimeField(null=True)
    limit_held = models.BooleanField(default=False)
    cap_seen = models.CharField(max_length=64, blank=True)
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
            models.Index(fields=["community", "connector", "state"], name="charging_at_connector"),
            models.Index(
                fields=["community", "person"], condition=Q(due_fen__gt=0), name="charging_due"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.state}"
