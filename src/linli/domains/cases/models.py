"""Tables of cases, their history, clocks and photographs."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.cases.logic import steps
from linli.foundation.files.models import Kept
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped, ScopedRows
from linli.foundation.vault.sealed import Sealed
from linli.registry.alarms.models import Alarm
from linli.registry.people.models import Staff


@holds(
    internal("year last"),
)
class Sequence(Scoped):
    """The last number given to a case in a year."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "year"], name="one_sequence_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.last:06d}"


@holds(
    internal(
        "number kind title title_en description_en matter state severity place device alarm",
        "effect scene cause key group respond_within_s delay_until delay_asked waiting_told",
        "rating reopened event_code created_at filed_at closed_at vault_key",
    ),
    actors("reporter assignee filed_by dispatched_by"),
    personal("description", "所述内容", "what was said", "report"),
    personal("reporter_name", "报事人", "who reported", "report"),
    personal("reporter_contact", "报事人联系方式", "how to reach who reported", "report"),
    personal("rating_words", "评价", "the opinion given", "report"),
)
class Case(Scoped):
    """Whatever a person must deal with.

    `effect` is the id of what a scene wanted, `cause` that of what happened to it last. `assignee`
    has it; `group` the skill wanted.
    `filed_by` and `dispatched_by` are empty where the system did it. A title or description that
    the system wrote has an English text beside the Chinese one.
    """

    number = models.CharField(max_length=16)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    matter = models.CharField(max_length=8)
    state = models.CharField(max_length=16)
    severity = models.CharField(max_length=16)
    place = models.CharField(max_length=200)
    device = models.CharField(max_length=48, blank=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="+")
    effect = models.CharField(max_length=64, blank=True)
    scene = models.CharField(max_length=96, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reporter_name = models.CharField(max_length=64, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    reporter_contact = Sealed(mask=steps.masked)
    reporter_contact_sealed = models.CharField(max_length=240, blank=True)
    key = models.CharField(max_length=64, blank=True)
    assignee = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    group = models.CharField(max_length=32, blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    respond_within_s = models.FloatField(null=True)
    delay_until = models.DateTimeField(null=True)
    delay_asked = models.BooleanField(default=False)
    waiting_told = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_words = models.CharField(max_length=1000, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    event_code = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="one_case_a_number"),
            models.UniqueConstraint(
                fields=["community", "effect"],
                condition=~Q(effect=""),
                name="one_case_for_each_effect",
            ),
            models.UniqueConstraint(
                fields=["community", "reporter", "key"],
                condition=~Q(key=""),
                name="a_report_is_taken_once",
            ),
            models.UniqueConstraint(
                fields=["community", "alarm"],
                condition=Q(alarm__isnull=False) & ~Q(state__in=["closed", "void", "evaluated"]),
                name="one_open_case_for_each_alarm",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="rating_is_one_to_five",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="case_list"),
            models.Index(fields=["community", "state", "-id"], name="case_by_state"),
            models.Index(fields=["community", "kind", "-id"], name="case_by_kind"),
            models.Index(fields=["community", "place"], name="case_by_place"),
            models.Index(fields=["community", "alarm"], name="case_by_alarm"),
            models.Index(fields=["community", "assignee", "-id"], name="case_by_assignee"),
            models.Index(fields=["community", "reporter", "-id"], name="case_by_reporter"),
        ]

    def __str__(self) -> str:
        return self.number


class HistoryIsFinal(RuntimeError):
    """Somebody tried to change or take away a line of a case's history."""


class FinalRows(ScopedRows[Any]):
    """Rows that can be added and read, and nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises HistoryIsFinal: always, as the two below
        """
        raise HistoryIsFinal

    def delete(self) -> NoReturn:
        """Refuse."""
        raise HistoryIsFinal

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise HistoryIsFinal


@holds(
    internal("case at step before after note_en automatic fact"),
    actors("by by_name assignee"),
    personal("note", "办理说明", "what was noted", "report"),
    personal("reason", "理由", "the reason given", "report"),
)
class Move(Scoped):
    """One line of a case's history. Nobody edits it: not the model, not the database.

    `note` and `reason` are what the actor wrote; where the system wrote, `note_en` says it in
    English. `fact` is the id of the fact that told it. `by_name` is as it was then.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    step = models.CharField(max_length=16)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_name = models.CharField(max_length=64, blank=True)
    assignee = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    fact = models.CharField(max_length=64)

    rows = FinalRows.as_manager()  # type: ignore[misc]  # django-stubs: an own manager narrows it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "fact"], name="a_fact_moves_a_case_once"),
        ]
        indexes = [models.Index(fields=["case", "id"], name="history_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new line.

        :raises HistoryIsFinal: if it was written before
        """
        if not self._state.adding:
            raise HistoryIsFinal
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises HistoryIsFinal: always
        """
        raise HistoryIsFinal


@holds(
    internal(
        "case name round calendar limit_s started_at due_at paused_at paused_s remaining_s",
        "stopped_at rings_at level known",
    ),
)
class Clock(Scoped):
    """A service clock of a case. `round` counts its fresh starts.

    `limit_s` and `remaining_s` are counted seconds of its calendar; `remaining_s` is kept while it
    stands still. `rings_at` is when the next escalation is due, empty when none is. `known` is
    false where weekends were taken for a working calendar not yet published.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=8)
    round = models.PositiveSmallIntegerField(default=1)
    calendar = models.CharField(max_length=8)
    limit_s = models.FloatField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    paused_s = models.FloatField(default=0)
    remaining_s = models.FloatField(null=True)
    stopped_at = models.DateTimeField(null=True)
    rings_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0)
    known = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name", "round"], name="one_clock_of_a_name_and_round"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "rings_at"],
                condition=Q(rings_at__isnull=False),
                name="clock_to_ring",
            ),
            models.Index(
                fields=["community", "due_at"],
                condition=Q(stopped_at__isnull=True, paused_at__isnull=True),
                name="clock_running",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


@holds(
    internal("case stage at"),
    actors("by"),
    personal("file", "照片", "photograph", "report"),
)
class Photo(Scoped):
    """A photograph of a case, kept by the files of the foundation."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(Kept, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=16)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "file", "stage"], name="a_photo_is_kept_once_a_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage}"
