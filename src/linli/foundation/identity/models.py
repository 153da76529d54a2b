"""Accounts and grants."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager["Account"]):
    """Rows of accounts; made by operations only."""


class Account(AbstractBaseUser):
    """Someone who signs in. `staff` of the register may point at it."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="zh")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)

    objects = Accounts()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """A role that an account has in a community, at a place and all below it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    community = models.CharField(max_length=32)
    place = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "community", "place"], name="a_role_is_granted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}@{self.community}"


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
