"""Tables of devices under management."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.registry.devices.models import Device


@holds(
    internal(
        "line address suggested_model name serial vendor sample state device decided_at first_at",
        "last_at",
    ),
    actors("decided_by"),
)
class Newcomer(Scoped):
    """Somebody who spoke on a line, or behind a gateway, and is not in the register.

    `line` is the code of the line or gateway; `suggested_model` what he seems to be, if it can be
    told. `device` is what he was let in as.
    """

    line = models.CharField(max_length=48)
    address = models.CharField(max_length=120)
    suggested_model = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True)
    serial = models.CharField(max_length=120, blank=True)
    vendor = models.CharField(max_length=120, blank=True)
    sample = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, default="waiting")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "line", "address"], name="one_newcomer_for_each_address"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "state", "-last_at", "-id"], name="newcomer_last_heard"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.address} {self.state}"


@holds(
    internal(
        "key action said selected seen state total done failed nonce created_at confirm_before",
        "finished_at",
    ),
    actors("account"),
)
class Bulk(Scoped):
    """Something that somebody has done to many devices, in parts, by the worker.

    `said` is what exactly (`place`, `until`, `reason`, `service`, `args`) and `selected` how the
    devices were named. `seen` are the places below which he could look. From `nonce` follow the
    secrets that it makes; it is wiped when they are collected.
    """

    key = models.CharField(max_length=64)
    action = models.CharField(max_length=16)
    said = models.JSONField(default=dict)
    selected = models.JSONField(default=dict)
    seen = models.JSONField(default=list)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    nonce = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    confirm_before = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "account", "key"], name="one_bulk_for_each_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "id"],
                condition=Q(finished_at__isnull=True),
                name="bulk_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.state}"


@holds(
    internal("bulk number device state reason values command at"),
)
class BulkItem(Scoped):
    """What became of one device of a bulk. `reason` is the key of a fault, `values` its values."""

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    device = models.CharField(max_length=48)
    state = models.CharField(max_length=12, default="waiting")
    reason = models.CharField(max_length=200, blank=True)
    values = models.JSONField(default=dict)
    command = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "number"], name="one_item_for_each_number"),
        ]
        indexes = [
            models.Index(fields=["bulk", "state", "number"], name="bulk_item_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id}.{self.number} {self.device} {self.state}"
