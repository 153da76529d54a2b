"""Tables of the exchange with departments. Keys are sealed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words


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
    internal("department way number kind case case_number state tries first_at next_at done_at"),
    internal("status reason receipt digest at fact"),
    personal("body", "转给部门或部门发来的内容", "what went to a department or came", "report"),
    actors("by"),
)
class Message(Scoped):
    """A message to a department, or from it. `number` tells it from every other of its way there,
    so that the same one twice is one; `digest` is the SM3 of `body`. Messages out go in order.
    `fact` is the last link of its chain of causes.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="messages")
    way = models.CharField(max_length=3, choices=Way.choices)
    number = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    case = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=16, blank=True)
    body = models.TextField()
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
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.way} {self.kind} {self.state}"


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
