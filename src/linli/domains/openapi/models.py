"""Tables of the open API. Of every secret there is only its digest here, or it is sealed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped


class PartyState(models.TextChoices):
    """How far a third party has come."""

    WAITING = "waiting"
    REVIEWED = "reviewed"
    ALLOWED = "allowed"
    REFUSED = "refused"
    SUSPENDED = "suspended"


@holds(
    internal("name home words client secret former former_until redirects wanted state scopes"),
    internal("place calls_a_day"),
    internal("price_fen version reason registered_at reviewed_at decided_at account"),
    personal("contact", "联系方式", "contact", "account"),
    actors("reviewed_by decided_by"),
)
class ThirdParty(Scoped):
    """Somebody outside whose program works here. `client` is its name in OAuth, `secret` the digest
    of its secret, `former` that of the one before, good until `former_until`; `wanted` the scopes
    that it asks for, `scopes` those that it was given, at `place` and below. `version` counts the
    reviews: a decision names the one that it is about. `price_fen` is what a thousand calls cost.
    `account` is the one by which it acts for itself.
    """

    name = models.CharField(max_length=40)
    home = models.CharField(max_length=500)
    words = models.CharField(max_length=500)
    contact = models.CharField(max_length=100)
    client = models.CharField(max_length=32, unique=True)
    secret = models.CharField(max_length=64)
    former = models.CharField(max_length=64, blank=True)
    former_until = models.DateTimeField(null=True)
    redirects = models.JSONField(default=list)
    wanted = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=PartyState.choices)
    scopes = models.JSONField(default=list)
    place = models.CharField(max_length=200, blank=True)
    calls_a_day = models.PositiveIntegerField(default=0)
    price_fen = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    registered_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="allowed") | ~Q(reviewed_by=models.F("decided_by")),
                name="a_second_person_lets_in",
            ),
            models.CheckConstraint(
                condition=~Q(state="allowed") | Q(account__isnull=False),
                name="who_is_let_in_has_an_account",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "-id"], name="party_by_state"),
            models.Index(fields=["community", "-id"], name="party_list"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name} {self.state}"


@holds(
    internal("party scopes withdrawn_at"),
    personal("account", "同意人", "who agreed", "account"),
    personal("given_at", "同意时间", "agreed at", "account"),
)
class Agreement(Scoped):
    """Somebody allowed a third party to act for him, within these scopes, until he withdraws it."""

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="agreements")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    scopes = models.JSONField(default=list)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "account"],
                condition=Q(withdrawn_at=None),
                name="one_standing_agreement",
            ),
        ]
        indexes = [models.Index(fields=["community", "account", "-id"], name="agreement_of")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.scopes}"


@holds(internal("party agreement code scopes redirect challenge until used_at"))
class Code(Scoped):
    """An authorization code (RFC 6749, section 4.1), by its digest; good once, for a minute."""

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    redirect = models.CharField(max_length=500)
    challenge = models.CharField(max_length=128)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


@holds(
    internal("party agreement access refresh scopes made_at access_until refresh_until ended_at"),
    internal("agreed_at"),
)
class Token(Scoped):
    """An access token, and the refresh token that was given with it, by their digests. `ended_at`
    is when it was revoked, or taken for the next: a refresh token that is shown twice was stolen.
    `agreed_at` is when somebody said yes, from which it comes, however often it was turned over;
    None in rows from before that was kept.
    """

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="+")
    agreement = models.ForeignKey(
        Agreement, on_delete=models.CASCADE, null=True, related_name="tokens"
    )
    access = models.CharField(max_length=64, unique=True)
    refresh = models.CharField(max_length=64, blank=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    access_until = models.DateTimeField()
    refresh_until = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["refresh"], condition=~Q(refresh=""), name="one_token_a_refresh"
            ),
        ]
        indexes = [models.Index(fields=["access_until"], name="token_until")]

    def __str__(self) -> str:
        return f"#{self.pk}"


@holds(internal("party url topics secret paused_at reason made_at told_at"))
class Subscription(Scoped):
    """An address that is called when something happens. `secret` is sealed: we sign with it."""

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="subscriptions")
    url = models.CharField(max_length=500)
    topics = models.JSONField(default=list)
    secret = models.BinaryField()
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["community", "party"], name="subscription_of")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.url}"


@holds(
    internal("subscription fact topic body at state tries first_at next_at done_at status reason")
)
class Delivery(Scoped):
    """A fact on its way to a subscription; those of one go in order, the next when this is done."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    fact = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    body = models.TextField()
    at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    tries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "fact"], name="a_fact_is_told_once_to_each"
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscription", "id"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["subscription", "-id"], name="delivery_list"),
            models.Index(fields=["at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.topic} {self.state}"


@holds(internal("party month calls lines fen closed_at"))
class Statement(Scoped):
    """What a third party owes for a month (`2026-11`): `lines` are its calls by price, as
    `logic.billing.Priced`. It is final: the database refuses to change it (`migrations/_final.py`);
    what is wrong in it is put right by entries.
    """

    party = models.ForeignKey(ThirdParty, on_delete=models.PROTECT, related_name="statements")
    month = models.CharField(max_length=7)
    calls = models.PositiveBigIntegerField()
    lines = models.JSONField(default=list)
    fen = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "month"], name="one_statement_a_month"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="statement_list")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.month} {self.fen}"


class EntryKind(models.TextChoices):
    """What an entry beside a statement says."""

    CORRECTION = "correction"
    PAYMENT = "payment"


@holds(internal("statement kind fen receipt reason at"), actors("by"))
class StatementEntry(Scoped):
    """What was put right in a statement, or paid of it: so many fen more or less are due. Final, as
    statements are. `by` is empty where the system did it.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    fen = models.BigIntegerField()
    receipt = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "receipt"], condition=~Q(receipt=""), name="a_receipt_is_one"
            ),
            models.CheckConstraint(condition=~Q(fen=0), name="an_entry_moves_something"),
            models.CheckConstraint(
                condition=Q(kind="payment") ^ Q(receipt=""), name="a_payment_has_its_receipt"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.fen}"


@holds(internal("party day calls refused told price_fen statement"))
class Usage(Scoped):
    """What a third party used on a day: calls, calls refused for its quota, facts told to it.
    `price_fen` is what a thousand cost on that day, `statement` where the calls are billed.
    Days of before days had their prices have none, and are never billed.
    """

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    price_fen = models.PositiveIntegerField(null=True)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, related_name="days"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "day"], name="one_usage_a_day"),
        ]
        indexes = [
            models.Index(
                fields=["community", "day"], condition=Q(statement=None), name="usage_unbilled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.calls}"


@holds(
    internal("party act status at case"),
    personal("account", "以谁的名义", "in whose name", "account"),
)
class Deed(Scoped):
    """What a third party changed, and in whose name: shown to him and to the manager."""

    party = models.ForeignKey(ThirdParty, on_delete=models.CASCADE, related_name="deeds")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    act = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    case = models.BigIntegerField(null=True)
    """The row of the case that it was about."""
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["party", "-id"], name="deed_of_party"),
            models.Index(fields=["at"], name="deed_age"),
        ]

    def __str__(self) -> str:
        return self.act
