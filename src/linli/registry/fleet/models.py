"""Tables of devices under management."""

from django.conf import settings
from django.db import models

from linli.foundation.scope.models import Scoped
from linli.registry.devices.models import Device


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
            models.Index(fields=["community", "state", "-last_at"], name="newcomer_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.address} {self.state}"
