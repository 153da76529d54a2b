"""Tables of the exchange with departments. Keys are sealed, and so is what was said."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.kernel.words import Words


def hidden(text: str) -> str:
    """Return what is shown of a message that was not opened."""
    return "***" if text else ""


class Way(models.TextChoices):
    """Which way a message goes."""

    OUT = "out"
    IN = "in"


class MessageState(models.TextChoices):
    """What became of a message; of one that came in: that it was taken."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"


@holds(
    internal("code name_zh name_en adapter url app key fields kinds open set_at"),
    actors("set_by"),
)
class Department(Scoped):
    """A department and how it is reached: by which adapter, at which address, under which name of
    ours (`app`) and key. `fields` are those of a case that may go there, `kinds` the kinds of case,
    none meaning all. Nothing goes while it is not `open`.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    adapter = models.CharField(max_length=24)
    url = models.CharField(max_length=500)
    app = models.CharField(max_length=64)
    key = models.BinaryField()
    fields = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    open = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_department_a_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal("fields departments until most used given_at withdrawn_at"),
    actors("given_by withdrawn_by"),
    personal("subject", "本人", "whose", "sharing"),
    personal("what_for", "办什么事", "what for", "sharing"),
)
class Authorisation(Scoped):
    """A person lets `fields` of his go to `departments` (numbers of their rows), `most` times until
    `until`, for what he says. Given once, it serves every department that it names; each use is a
    row of its own, and none is altered. `subject` is `person:12`.
    """

    subject = models.CharField(max_length=48)
    what_for = models.CharField(max_length=120)
    fields = models.JSONField()
    departments = models.JSONField()
    until = models.DateTimeField()
    most = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=models.F("most")), name="used_no_more_than_authorised"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "subject", "-id"], name="authorisation_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.used}/{self.most}"


@holds(
    internal("department way number kind case case_number state tries first_at next_at done_at"),
    internal("status reason receipt digest at fact vault_key authorisation"),
    personal("subject", "本人", "whose", "report"),
    sensitive("body", "转给部门或部门发来的内容", "what went to a department or came", "report"),
    actors("by"),
)
class Message(Scoped):
    """A message to a department, or from it. `number` tells it from every other of its way there,
    so that the same one twice is one; `digest` is the SM3 of `body`. Messages out go in order.
    `fact` is the last link of its chain of causes.

    `body` is sealed under the key `vault_key`: one of `subject` (`person:12`), who reported the
    case, or one of the community where he is nobody of the register; another each month.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="messages")
    way = models.CharField(max_length=3, choices=Way.choices)
    number = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    case = models.BigIntegerField(null=True)
    authorisation = models.ForeignKey(
        Authorisation, on_delete=models.PROTECT, null=True, related_name="messages"
    )
    case_number = models.CharField(max_length=16, blank=True)
    subject = models.CharField(max_length=48, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    body = Sealed(mask=hidden)
    body_sealed = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=MessageState.choices)
    tries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=64, blank=True)
    fact = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "way", "number"], name="a_message_is_taken_once"
            ),
            models.UniqueConstraint(
                fields=["department", "case"],
                condition=Q(way="out", kind="case"),
                name="a_case_goes_to_a_department_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "id"], condition=Q(state="waiting"), name="message_waiting"
            ),
            models.Index(fields=["community", "-id"], name="message_list"),
            models.Index(fields=["department", "done_at"], name="message_done_on"),
            models.Index(fields=["community", "subject", "-id"], name="message_by_subject"),
            models.Index(fields=["community", "vault_key"], name="message_by_key"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.way} {self.kind} {self.state}"


@holds(internal("authorisation message department fields case_number at"), actors("by"))
class AuthorisationUse(Scoped):
    """A use of an authorisation: which fields went to which department, by which message, who sent
    it. It outlives the message.
    """

    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="uses")
    message = models.BigIntegerField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField()
    case_number = models.CharField(max_length=16, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message"], name="a_message_is_one_use"),
        ]

    def __str__(self) -> str:
        return f"use {self.pk} of {self.authorisation_id}"


@holds(internal("department day at missing_there unreceipted missing_here differing"))
class Comparison(Scoped):
    """What a day's messages came to when both lists were compared, by numbers of messages:
    `missing_there` went out again, `unreceipted` had arrived after all, `missing_here` was asked
    for; `differing` is a person's to look into.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="compared")
    day = models.DateField()
    at = models.DateTimeField()
    missing_there = models.JSONField(default=list)
    unreceipted = models.JSONField(default=list)
    missing_here = models.JSONField(default=list)
    differing = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "day"], name="one_comparison_a_day"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="comparison_list")]

    def __str__(self) -> str:
        return f"{self.day}"
