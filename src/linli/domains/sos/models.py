"""Tables of calls for help."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.registry.places.models import Place


def nowhere(position: str) -> str:
    """Return what a list shows of where a telephone was: nothing."""
    return ""


@holds(internal("place rungs siren"))
class Tree(Scoped):
    """The call tree of a place and all below it that have none of their own. `rungs` are as
    `logic.Rung`; `siren`: sirens near by sound until somebody answers.
    """

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="+")
    rungs = models.JSONField()
    siren = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"call tree of place {self.place_id}"


@holds(
    internal(
        "place way device test state source key vault_key step next_at started_at answered_at",
        "arrived_at closed_at outcome alarm case camera sirens cause unanswered",
    ),
    personal("caller", "呼救人", "who called", "emergency"),
    sensitive("position", "呼救位置", "where the telephone was", "emergency"),
    personal("note", "呼救留言", "words of the call", "emergency"),
    actors("answered_by arrived_by closed_by"),
)
class Call(Scoped):
    """A call for help: `ringing`, `answered`, `arrived`, `closed` or `cancelled`.

    `source` is what was pressed (`account:7`, `device:sos-01`, `test:7` for a test): of each there
    is one open call.
    `step` is the rung that rings, -1 before the first; `next_at` is when something is due.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8)
    device = models.CharField(max_length=64, blank=True)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    vault_key = models.CharField(max_length=32, blank=True)
    position = Sealed(mask=nowhere)
    position_sealed = models.CharField(max_length=160, blank=True)
    note = models.CharField(max_length=200, blank=True)
    test = models.BooleanField(default=False)
    source = models.CharField(max_length=80)
    key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12)
    step = models.SmallIntegerField(default=-1)
    next_at = models.DateTimeField(null=True)
    unanswered = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    arrived_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    alarm = models.BigIntegerField(null=True)
    case = models.BigIntegerField(null=True)
    camera = models.CharField(max_length=64, blank=True)
    sirens = models.JSONField(default=list)
    cause = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "source"],
                condition=Q(closed_at=None),
                name="one_open_call_for_each_source",
            ),
            models.UniqueConstraint(
                fields=["community", "source", "key"],
                condition=~Q(key=""),
                name="a_call_is_raised_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_at"], condition=~Q(next_at=None), name="sos_call_due"
            ),
            models.Index(fields=["community", "-started_at"], name="sos_call_by_time"),
            models.Index(fields=["community", "-id"], name="sos_call_newest"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"


@holds(
    internal("call step at"), personal("account", "被呼叫人", "whose telephone rang", "emergency")
)
class Ring(Scoped):
    """Somebody's telephone rang for a call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="rings")
    step = models.SmallIntegerField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "step", "account"], name="a_rung_rings_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}.{self.step}"


@holds(internal("call at what said"), actors("by"))
class Deed(Scoped):
    """A line of the record of a call: what was done, by whom; `said` has its particulars."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="deeds", db_index=False)
    at = models.DateTimeField()
    what = models.CharField(max_length=16)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    said = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["call", "id"], name="record_of_a_call")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.what}"
