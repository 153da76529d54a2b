"""Providers of payments, what came by them and what went back."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.money.models.orders import Order
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words


@holds(
    internal("code name_zh name_en adapter url app key open set_at first_day"),
    actors("set_by"),
)
class Provider(Scoped):
    """A provider of payments: by which adapter it is spoken with, at which address, under which
    name of ours (`app`) and key, which is sealed. `first_day` is from when on days are reconciled.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    adapter = models.CharField(max_length=24)
    url = models.CharField(max_length=500)
    app = models.CharField(max_length=64)
    key = models.BinaryField()
    open = models.BooleanField(default=True)
    first_day = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_provider_a_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


class PaymentState(models.TextChoices):
    """What became of money that a provider says it has: it paid its order; it waits for an order
    that is not there yet; it went astray; it went back.
    """

    TAKEN = "taken"
    EARLY = "early"
    ASTRAY = "astray"
    RETURNED = "returned"


@holds(
    internal("provider number order_number order state reason times paid_at told_at"),
    personal("fen", "金额", "amount", "payment"),
)
class Payment(Scoped):
    """Money that came by a provider, under its `number` there; told again, `times` counts it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="payments")
    number = models.CharField(max_length=64)
    order_number = models.CharField(max_length=64)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="payments")
    fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=PaymentState.choices)
    reason = models.CharField(max_length=16, blank=True)
    times = models.PositiveIntegerField(default=1)
    paid_at = models.DateTimeField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="a_payment_is_taken_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_payment_is_money"),
        ]
        indexes = [
            models.Index(
                fields=["community", "order_number"],
                condition=Q(state="early"),
                name="payment_early",
            ),
            models.Index(fields=["community", "state", "-id"], name="payment_list"),
            models.Index(fields=["provider", "paid_at"], name="payment_by_day"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"


class RefundState(models.TextChoices):
    """What became of a refund: it is on its way to the provider; it is done; the provider refuses
    it for good, or could not be reached for a day.
    """

    GOING = "going"
    DONE = "done"
    FAILED = "failed"


@holds(
    internal("order payment key number way reason state approval provider tries first_at next_at"),
    internal("why at done_at"),
    personal("fen", "退款金额", "amount refunded", "payment"),
    actors("by"),
)
class Refund(Scoped):
    """Money that goes back: of an order, or of a payment that came astray. `number` is ours for the
    provider: sent again it is the same one.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=160)
    number = models.CharField(max_length=64)
    way = models.CharField(max_length=32)
    fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=RefundState.choices)
    approval = models.BigIntegerField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="one_refund_a_key"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_refund_is_money"),
        ]
        indexes = [
            models.Index(
                fields=["provider", "id"], condition=Q(state="going"), name="refund_going"
            ),
            models.Index(fields=["community", "-id"], name="refund_list"),
            models.Index(fields=["provider", "done_at"], name="refund_by_day"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"
