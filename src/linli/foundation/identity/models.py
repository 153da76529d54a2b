"""Accounts, their sessions and factors, what they were granted, emergency access."""

from hashlib import sha256

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from linli.foundation.identity.reviewing import Reviewed
from linli.foundation.identity.sessions import SessionStore
from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped


class Accounts(BaseUserManager["Account"]):
    """Rows of accounts; made by operations only."""


@holds(
    internal("id is_active must_change_password language", purpose="account"),
    personal("username", "登录名", "name to sign in by", "account"),
    personal("name", "姓名", "name", "account", "work"),
    personal("last_login", "上次登录", "signed in last", "account"),
    sensitive("password", "口令摘要", "digest of the password", "account"),
)
class Account(AbstractBaseUser):
    """Someone who signs in. `staff` of the register may point at it."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="zh")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)

    objects = Accounts()

    USERNAME_FIELD = "username"

    def session_hash(self, secret: str) -> str:
        """Return by what Django knows under a secret that the password is still the one by which a
        session began.
        """
        made: str = self._get_session_auth_hash(secret=secret)  # type: ignore[attr-defined]
        return made

    def __str__(self) -> str:
        return self.username


@holds(
    personal("account", "账号", "account", "account"),
    personal("device", "登录设备", "device", "account"),
    personal("began_at", "登录时间", "signed in at", "account"),
    personal("seen_at", "最近使用", "seen last", "account"),
    internal("session_key expire_date", purpose="account"),
    sensitive("session_data", "登录会话", "session", "account"),
)
class Session(AbstractBaseSession):
    """Somebody is signed in on a device. Its columns repeat what it remembers (`sessions.py`)."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    device = models.CharField(max_length=120, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    @property
    def name(self) -> str:
        """Return the name by which its owner may speak of it: its key would open it."""
        return sha256(self.session_key.encode()).hexdigest()[:16]

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """Return what reads its words."""
        return SessionStore


@holds(
    internal("id account proved used_step made_at", purpose="account"),
    sensitive("secret", "动态口令密钥", "secret of the authenticator", "account"),
)
class Totp(models.Model):
    """An authenticator app (RFC 6238). `secret` is sealed; `used_step` the last step whose code was
    taken: none is taken twice. Until its first code it is not `proved`, and counts for nothing.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="totp")
    secret = models.BinaryField()
    proved = models.BooleanField(default=False)
    used_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"app of {self.account_id}"


@holds(
    internal("id account", purpose="account"),
    sensitive("digest", "恢复码摘要", "digest of a recovery code", "account"),
)
class RecoveryCode(models.Model):
    """A code on paper, good once. `digest` is keyed: the code itself is told once and not kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="a_recovery_code_is_once")
        ]

    def __str__(self) -> str:
        return f"code of {self.account_id}"


@holds(
    internal("id account credential public_key signs made_at used_at", purpose="account"),
    personal("name", "通行密钥名称", "name of the passkey", "account"),
)
class Passkey(models.Model):
    """A key of an account that stays in its device (WebAuthn). `credential` is its id in base64url,
    `public_key` as COSE wrote it; `signs` counts its signatures, 0 where it does not count.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=64)
    credential = models.CharField(max_length=700, unique=True)
    public_key = models.BinaryField()
    signs = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


@holds(
    internal("id role community place purposes days starts ends until at emergency"),
    actors("account by"),
    personal("ward", "被监护人", "ward", "residence"),
)
class Grant(models.Model):
    """A role that an account has in a community, at a place and all below it.

    `days` (1 to 7, Monday is 1), `starts` and `ends` are the hours of the week in which it holds,
    in the time of the place; empty is always, and hours that end before they start go on past
    midnight. `purposes` are those for which personal records may be opened under it; none is all
    that the role allows. From `until` on it is nothing, whether or not anybody took it back. `by`
    is the account that gave it, 0 the operator at the terminal; `at` is empty for one given before
    this was kept. One taken for an emergency is beside what was given. `ward` is for whom a
    guardian is one, as `person:12`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    community = models.CharField(max_length=32)
    place = models.CharField(max_length=200, blank=True)
    purposes = models.JSONField(default=list)
    days = models.CharField(max_length=7, blank=True)
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    by = models.BigIntegerField(default=0)
    emergency = models.BooleanField(default=False)
    ward = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "community", "place", "emergency", "ward"],
                name="a_role_is_granted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "id"], name="grant_by_community"),
            models.Index(fields=["community", "ward"], condition=~Q(ward=""), name="grant_by_ward"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}@{self.community}"


@holds(internal("name failures locked_until last_at", purpose="account"))
class FailedSignIn(models.Model):
    """Wrong passwords for a name since the last right one, whether or not there is such an account.

    `name` is the SHA-256 of what was typed: nobody's slip of the keyboard is kept.
    """

    name = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} times"


@holds(
    internal("id account issuer made_at", purpose="account"),
    personal("subject", "外部账号", "who one is to a provider", "account"),
    actors("by"),
)
class Link(models.Model):
    """Who an account is to a provider (OpenID Connect, or `wechat:` and the app): `subject` as the
    issuer names him, never his mail. `by` is who made it, 0 the operator at the terminal.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    made_at = models.DateTimeField()
    by = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="a_subject_is_one_account"),
            models.UniqueConstraint(fields=["account", "issuer"], name="one_subject_of_an_issuer"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.issuer}"


@holds(
    internal("name use tries_left made_at until", purpose="account"),
    personal("account", "账号", "account", "account"),
    sensitive("digest", "一次性验证码摘要", "digest of a one-time code", "account"),
)
class OneTimeCode(models.Model):
    """A code that was sent, or that nobody was sent: for a name that there is not there is a row
    like any other. `name` is what the asker holds of it; `digest` is keyed.
    """

    name = models.CharField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="codes")
    use = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"code for {self.use}"


@holds(internal("name sent since", purpose="account"))
class CodesSent(models.Model):
    """How many codes went out within the hour that began `since`: for what was typed, to an
    account, from an address. `name` is a keyed digest of which.
    """

    name = models.CharField(max_length=64, primary_key=True)
    sent = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.sent} codes"


@holds(
    internal("role place reason began_at until reviewed_at justified review reminded"),
    actors("account reviewed_by"),
)
class EmergencyAccess(Scoped, Reviewed):
    """Somebody took a role for an emergency, at once and for minutes; another person looks at it
    afterwards and says whether it was right.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    place = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["community", "-began_at"], name="emergency_by_time"),
            models.Index(fields=["account", "until"], name="emergency_in_force"),
            models.Index(
                fields=["community", "id"], condition=Q(reviewed_at=None), name="emergency_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}@{self.community}"
