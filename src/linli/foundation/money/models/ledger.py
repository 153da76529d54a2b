"""The ledger: accounts, postings, lines. The last two are final: the database refuses to change
them (`migrations/_final.py`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped


@holds(
    personal("code", "账户", "account", "payment"),
    personal("fen", "余额", "balance", "payment"),
    internal("family covered lines"),
)
class LedgerAccount(Scoped):
    """An account of the ledger. `fen` is its balance, a credit positive; `lines` how many lines it
    has. It is locked while a line is added, so that both are exact.
    """

    code = models.CharField(max_length=128)
    family = models.CharField(max_length=16)
    covered = models.BooleanField()
    fen = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_account_a_code"),
            models.CheckConstraint(
                condition=Q(covered=False) | Q(fen__gte=0), name="a_wallet_is_never_below_zero"
            ),
        ]
        indexes = [models.Index(fields=["community", "family", "code"], name="accounts_of_family")]

    def __str__(self) -> str:
        return self.code


@holds(internal("key reason about cause at"), actors("by"))
class Posting(Scoped):
    """Something that moved money, once for its `key`. `reason` is a word, as `parking`; `about`
    names the thing; `cause` is the id of what made it.
    """

    key = models.CharField(max_length=160)
    reason = models.CharField(max_length=48)
    about = models.CharField(max_length=128, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="one_posting_a_key"),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="posting_list"),
            models.Index(fields=["community", "at"], name="posting_by_time"),
            models.Index(fields=["community", "by", "at"], name="posting_of_whom"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.reason}"


@holds(
    internal("posting number"),
    personal("account", "账户", "account", "payment"),
    personal("fen", "金额", "amount", "payment"),
    personal("after", "余额", "balance", "payment"),
)
class PostingLine(Scoped):
    """A line of a posting: so many fen onto an account or off it, the `number`th of that account;
    `after` is its balance then.
    """

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="posted")
    number = models.BigIntegerField()
    fen = models.BigIntegerField()
    after = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="lines_of_an_account_count"),
            models.CheckConstraint(condition=~Q(fen=0), name="a_line_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.fen}"
