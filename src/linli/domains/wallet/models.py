"""Merchants that take the card, their terminals, and what each terminal was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words


class Trade(models.TextChoices):
    """What a merchant is."""

    CANTEEN = "canteen"
    SHOP = "shop"
    FITNESS = "fitness"
    RECYCLING = "recycling"
    OTHER = "other"


@holds(
    internal("code name_zh name_en trade share_permille open set_at"),
    actors("set_by"),
)
class Merchant(Scoped):
    """Who takes the card: of each sum `share_permille` thousandths are his, the rest the
    community's.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    trade = models.CharField(max_length=12, choices=Trade.choices)
    share_permille = models.PositiveSmallIntegerField(default=1000)
    open = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_merchant_a_code"),
            models.CheckConstraint(
                condition=Q(share_permille__lte=1000), name="a_merchant_gets_no_more_than_all"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(internal("device merchant most_fen credits_fen"))
class Terminal(Scoped):
    """A device at which the card pays: `most_fen` at once; and which may reward with `credits_fen`
    a day, as a recycling machine, or with nothing.
    """

    device = models.CharField(max_length=64)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="terminals")
    most_fen = models.BigIntegerField(default=20_000)
    credits_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "device"], name="one_terminal_a_device"),
        ]

    def __str__(self) -> str:
        return self.device


@holds(
    internal("device ask kind order merchant ok reason digest mark at"),
    personal("subject", "持卡人", "whose card", "payment"),
    personal("fen", "金额", "amount", "payment"),
    personal("what", "刷卡事由", "what for", "payment"),
    personal("left_fen", "余额", "balance", "payment"),
)
class CardAsk(Scoped):
    """What a terminal asked and was answered: asked again under the same `ask` it is the same.
    `digest` is that of what it asked, `what` its own words for what it was; what was shown is not
    kept. `mark` is that of a QR code that
    paid, or was rewarded: it serves once.
    """

    device = models.CharField(max_length=64)
    ask = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=32, blank=True)
    fen = models.BigIntegerField()
    what = models.CharField(max_length=64, blank=True)
    order = models.BigIntegerField(null=True)
    ok = models.BooleanField(default=False)
    reason = models.CharField(max_length=24, blank=True)
    left_fen = models.BigIntegerField(null=True)
    mark = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="a_terminal_asks_once"
            ),
            models.UniqueConstraint(
                fields=["community", "mark"], condition=~Q(mark=""), name="a_qr_code_pays_once"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "subject", "-id"], name="card_ask_of"),
            models.Index(fields=["community", "device", "kind", "at"], name="card_ask_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.ask} {self.reason}"
