"""Consents, requests of persons about their data, impact assessments."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed


def hidden(text: str) -> str:
    """Return what a list shows of what somebody wrote about himself."""
    return "*" * min(len(text), 8)


class Kind(models.TextChoices):
    """What a person asks for (Personal Information Protection Law, arts 46 and 47)."""

    CORRECTION = "correction"
    ERASURE = "erasure"


class State(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class How(models.TextChoices):
    """How a person said yes or no: himself, here; or at the desk, which recorded it."""

    OWN = "own"
    PAPER = "paper"
    SPOKEN = "spoken"


@holds(
    internal("purpose given how guardian said_on at"),
    actors("by"),
    personal("subject", "本人", "whose", "record"),
    personal("sheet", "同意书编号", "number of the sheet", "record"),
)
class Consent(Scoped):
    """Somebody said yes or no to a purpose. Nothing is altered: the newest line counts, the others
    stay as proof. `by` is the account that said it, his own or his guardian's; of what was said at
    the desk, on a sheet of paper of this number or by word of mouth, who recorded it. `guardian`:
    it was said for a child.
    """

    subject = models.CharField(max_length=48)
    purpose = models.CharField(max_length=32)
    given = models.BooleanField()
    how = models.CharField(max_length=8, choices=How.choices, default=How.OWN)
    sheet = models.CharField(max_length=60, blank=True)
    guardian = models.BooleanField(default=False)
    said_on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["community", "purpose", "subject", "id"], name="consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {'gives' if self.given else 'withdraws'} {self.purpose}"


@holds(
    internal("kind field state due_on asked_at decided_at reason vault_key"),
    actors("by decided_by"),
    personal("subject", "本人", "whose", "record"),
    sensitive("wanted", "希望改为", "what it should be", "correction"),
)
class Request(Scoped):
    """Somebody asks that his data be put right or erased. It is answered by `due_on`."""

    subject = models.CharField(max_length=48)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    field = models.CharField(max_length=32, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    wanted = Sealed(mask=hidden)
    wanted_sealed = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "subject", "kind", "field"],
                condition=models.Q(state="open"),
                name="a_thing_is_asked_for_once",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="privacy_request_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"


@holds(
    internal("title purpose risks measures at keep_until"),
    actors("by"),
)
class Assessment(Scoped):
    """An impact assessment (arts 55 and 56): what is done, what may go wrong, what is done against
    it. Kept three years at least, until `keep_until`.
    """

    title = models.CharField(max_length=120)
    purpose = models.CharField(max_length=32)
    risks = models.TextField()
    measures = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    keep_until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="assessment_by_time")]

    def __str__(self) -> str:
        return self.title
