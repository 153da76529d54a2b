"""Tables of how well devices are."""

from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import holds, internal
from linli.foundation.scope.models import Scoped
from linli.registry.devices.models import Device


@holds(
    internal("upto memory"),
)
class Examination(Scoped):
    """How far a community was looked at, and what was learned of its points meanwhile.

    `memory` is `devices.health.memory` encoded; `upto` the end of the last hour.
    """

    upto = models.DateTimeField()
    memory = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], name="one_examination_a_community"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.upto}"


@holds(
    internal("device code score since"),
)
class Health(Scoped):
    """How well one device is, from 0 to 100."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=48)
    score = models.PositiveSmallIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device"], name="one_health_for_each_device"),
        ]
        indexes = [models.Index(fields=["community", "score", "code"], name="health_by_score")]

    def __str__(self) -> str:
        return f"{self.code} {self.score}"


@holds(
    internal(
        "device kind severity since found_at cleared_at words_zh words_en figures points behind",
        "fact",
    ),
)
class DeviceFault(Scoped):
    """One fault of a device, from when it was found until it was over. `behind` is the gateway
    that is to blame.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    severity = models.CharField(max_length=16)
    since = models.DateTimeField()
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    words_zh = models.CharField(max_length=300)
    words_en = models.CharField(max_length=300)
    figures = models.JSONField(default=dict)
    points = models.JSONField(default=list)
    behind = models.CharField(max_length=48, blank=True)
    fact = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind"],
                condition=Q(cleared_at__isnull=True),
                name="one_open_fault_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "kind"],
                condition=Q(cleared_at__isnull=True),
                name="open_fault_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.kind}"
