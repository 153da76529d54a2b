"""Tables of trials that take their time: back-tests, and the limits proposed from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal(
        "scene toml purpose days state progress attempts at started_at ended_at error",
        "error_values report run beat_at",
    ),
    actors("asked_by"),
)
class BackTest(Scoped):
    """A scene's text tried on what was recorded.

    `purpose` is `backtest`, which somebody asked for, or `proposal`: a search for better limits.
    `state`: waiting, running, done, failed, cancelled. `attempts` counts how often it was begun.
    `run` is the word of the runner that has it, and `beat_at` when that was last heard. `error` is
    the key of a refusal, `error_values` what belongs into its sentence.
    """

    scene = models.CharField(max_length=96)
    toml = models.TextField()
    purpose = models.CharField(max_length=12, default="backtest")
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    progress = models.FloatField(default=0.0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    run = models.CharField(max_length=32, blank=True)
    beat_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, blank=True)
    error_values = models.JSONField(default=dict)
    report = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_backtest_runs_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "scene", "-id"], name="backtest_by_scene"),
            models.Index(fields=["state", "id"], name="backtest_by_state"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.scene} {self.days}d {self.state}"


@holds(
    internal(
        "scene target key unit value proposed precision alarms per_day_before per_day_after",
        "right_kept right_lost wrong_dropped wrong_kept entries state at decided_at reason",
        "second_at second_reason",
    ),
    actors("decided_by second_by"),
)
class Proposal(Scoped):
    """A limit proposed for a scene that cries wolf, with what a back-test made of it.

    `target` is a device, or a place and all below it. `value` is the limit as it was, `proposed`
    as it might be. `entries` are all the limits that change with it, each with `key`, `before` and
    `after`. `state`: open, waiting (for a second person), accepted, dismissed, or gone where the
    scene or a limit has changed since. `decided_by` is who answered it first, `second_by` who then
    let it pass, or turned it down.
    """

    scene = models.CharField(max_length=96)
    target = models.CharField(max_length=200)
    key = models.CharField(max_length=48)
    unit = models.CharField(max_length=16, blank=True)
    value = models.FloatField()
    proposed = models.FloatField()
    precision = models.FloatField()
    alarms = models.PositiveIntegerField()
    per_day_before = models.FloatField()
    per_day_after = models.FloatField()
    right_kept = models.PositiveIntegerField()
    right_lost = models.PositiveIntegerField()
    wrong_dropped = models.PositiveIntegerField()
    wrong_kept = models.PositiveIntegerField()
    entries = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="open")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    second_at = models.DateTimeField(null=True)
    second_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "scene", "target"],
                condition=Q(state__in=["open", "waiting"]),
                name="one_open_proposal_for_each_target",
            ),
        ]
        indexes = [models.Index(fields=["community", "state", "-id"], name="proposal_by_state")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.scene} {self.target} {self.key} {self.value}→{self.proposed}"
