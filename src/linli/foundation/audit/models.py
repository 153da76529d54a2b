"""The trail. The database itself refuses to change a line of it (`migrations/_final.py`)."""

from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal


class Act(models.TextChoices):
    """What kind of line it is."""

    LOOK = "look"
    """Somebody read a single person's record in full, for a purpose."""
    WRITE = "write"
    """A person made something true."""
    REFUSAL = "refusal"
    """Somebody was refused."""
    SIGN_IN = "sign_in"


@holds(
    internal("id at_us community act what purpose place cause words number digest program"),
    actors("account who"),
)
class Line(models.Model):
    """One line of the trail. It is written with the deed, in its transaction; within a second it is
    sealed: it gets its number in the chain, and the digest of itself and all lines before it.

    `at_us` is epoch microseconds (UTC). `who` is the name to sign in by, as it then was. `what`
    names the thing, as `person:12` or `CaseMoved:31`; nothing personal is in any column but `who`.
    `program` is the third party by whose program it was done, as it was then called; empty where
    somebody did it himself.
    """

    at_us = models.BigIntegerField()
    community = models.CharField(max_length=32)
    account = models.BigIntegerField(default=0)
    who = models.CharField(max_length=64, blank=True)
    act = models.CharField(max_length=16, choices=Act.choices)
    what = models.CharField(max_length=96)
    purpose = models.CharField(max_length=32, blank=True)
    place = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    words = models.CharField(max_length=500, blank=True)
    number = models.BigIntegerField(null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True)
    program = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["community", "-at_us", "-id"], name="audit_by_time"),
            models.Index(fields=["community", "what", "-at_us", "-id"], name="audit_of_what"),
            models.Index(fields=["community", "account", "-at_us", "-id"], name="audit_of_account"),
            models.Index(fields=["community", "purpose", "-at_us", "-id"], name="audit_by_purpose"),
            models.Index(fields=["community", "act", "-at_us", "-id"], name="audit_by_act"),
            models.Index(
                fields=["community", "-at_us", "-id"],
                condition=~Q(account=0, who="", act=Act.WRITE),
                name="audit_of_people",
            ),
            models.Index(fields=["id"], condition=Q(number=None), name="audit_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.act} {self.what}"
