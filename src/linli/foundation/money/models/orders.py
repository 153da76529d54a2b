"""What somebody is asked to pay, and what is set aside for it."""

from django.db import models
from django.db.models import F, Q

from linli.foundation.privacy.classes import holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words


class OrderState(models.TextChoices):
    """How an order stands. One that is open past its time has lapsed, whatever its row says."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


@holds(
    internal("number kind about title_zh title_en payee shares state way opened_at expires_at"),
    internal("paid_at cause fact"),
    personal("payer", "付款人", "payer", "payment"),
    personal("fen", "金额", "amount", "payment"),
    personal("refunded_fen", "已退金额", "amount refunded", "payment"),
)
class Order(Scoped):
    """What somebody is asked to pay. `number` is known to nobody who was not told it: whoever knows
    it may pay. `payer` is a wallet, or empty; `payee` the account that earns it but for `shares`,
    which go to others.
    """

    number = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=128)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    payer = models.CharField(max_length=128, blank=True)
    payee = models.CharField(max_length=128)
    shares = models.JSONField(default=list)
    fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=OrderState.choices, default=OrderState.OPEN)
    way = models.CharField(max_length=32, blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=64, blank=True)
    fact = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="one_order_a_number"),
            models.UniqueConstraint(
                fields=["community", "kind", "about"],
                condition=Q(state="open"),
                name="one_open_order_for_a_thing",
            ),
            models.CheckConstraint(
                condition=Q(fen__gt=0, refunded_fen__gte=0, refunded_fen__lte=F("fen")),
                name="no_more_goes_back_than_came",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False)
                | (~Q(state="paid") & Q(paid_at=None, refunded_fen=0)),
                name="what_is_paid_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="order_list"),
            models.Index(fields=["community", "payer", "-id"], name="order_by_payer"),
            models.Index(fields=["community", "kind", "about"], name="order_about"),
            models.Index(fields=["community", "paid_at"], name="order_by_day"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.state}"

    @property
    def title(self) -> Words:
        """What it is for, in both languages."""
        return Words(zh=self.title_zh, en=self.title_en or self.title_zh)


@holds(
    internal("key what about open order at closed_at cause"),
    personal("wallet", "钱包", "wallet", "payment"),
    personal("fen", "冻结金额", "amount set aside", "payment"),
    personal("taken_fen", "已用金额", "amount used", "payment"),
    personal("back_fen", "退回金额", "amount given back", "payment"),
)
class Hold(Scoped):
    """An amount out of a wallet, set aside in `held:<what>` until it is used or given back; what it
    was used for is a paid order.
    """

    key = models.CharField(max_length=160)
    wallet = models.CharField(max_length=128)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=128)
    fen = models.BigIntegerField()
    taken_fen = models.BigIntegerField(default=0)
    back_fen = models.BigIntegerField(default=0)
    open = models.BooleanField(default=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="one_hold_a_key"),
            models.CheckConstraint(
                condition=Q(fen__gt=0)
                & Q(taken_fen__gte=0)
                & Q(back_fen__gte=0)
                & (
                    Q(open=True, fen__gt=F("taken_fen") + F("back_fen"))
                    | Q(open=False, fen=F("taken_fen") + F("back_fen"))
                ),
                name="a_hold_is_used_or_given_back",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "at"], condition=Q(open=True), name="holds_open"),
            models.Index(fields=["community", "about"], name="hold_about"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.what}"

    @property
    def left_fen(self) -> int:
        """What is still set aside."""
        return int(self.fen - self.taken_fen - self.back_fen)
