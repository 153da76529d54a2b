"""Tables of devices, their points, the ledger of commands, and what was refused."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.places.models import Place

U32_MAX = 4_294_967_295


@holds(
    internal(
        "code model name_zh name_en place gateway secret_hash secret_changed_at enabled online",
        "online_since last_seen offline_reason longitude_deg latitude_deg driver address options",
        "serial installed_on registered_at maintenance_until maintenance_reason link_key",
    ),
)
class Device(Scoped):
    """One device, of a kind of the catalogue, at a place. It is disabled, never deleted.

    `gateway` is the device that speaks for it; `secret_hash` what `devices.credential` made of its
    secret. `online_since` is when its line came up, or went down, last. `driver` is the protocol
    that it speaks, empty for our own MQTT and HTTP; `address` names it there. Until
    `maintenance_until` somebody works on it, and scenes do not see it. `link_key` is the key under
    which its payloads are sealed, as the directory tells it; empty where it speaks in the clear.
    """

    code = models.CharField(max_length=48)
    model = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="devices")
    gateway = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children"
    )
    secret_hash = models.CharField(max_length=160, blank=True)
    secret_changed_at = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=True)
    online = models.BooleanField(default=False)
    online_since = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    offline_reason = models.CharField(max_length=32, blank=True)
    longitude_deg = models.FloatField(null=True)
    latitude_deg = models.FloatField(null=True)
    driver = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=120, blank=True)
    options = models.JSONField(default=dict)
    serial = models.CharField(max_length=64, blank=True)
    installed_on = models.DateField(null=True)
    registered_at = models.DateTimeField()
    maintenance_until = models.DateTimeField(null=True)
    maintenance_reason = models.CharField(max_length=200, blank=True)
    link_key = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_device_for_each_code"),
            models.UniqueConstraint(
                fields=["gateway", "driver", "address"],
                condition=~Q(address=""),
                name="one_device_for_each_address",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "model"], name="device_by_model"),
            models.Index(
                fields=["community", "model", "serial"],
                condition=~Q(serial=""),
                name="device_by_serial",
            ),
            models.Index(
                fields=["community", "maintenance_until"],
                condition=Q(maintenance_until__isnull=False),
                name="device_by_maintenance",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal("device serial model driver address installed_on until reason"),
    actors("replaced_by"),
)
class FormerUnit(Scoped):
    """A unit that stood as a device until another took its place. The device's history is both's.

    `options` are not kept: they may hold secrets.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="former_units")
    serial = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=64)
    driver = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=120, blank=True)
    installed_on = models.DateField(null=True)
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["community", "device"], name="former_unit_by_device")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.serial} {self.until:%F}"


@holds(
    internal("number device name"),
)
class Point(Scoped):
    """One property or event of one device. Its number is its own for good, an unsigned 32 bits."""

    number = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="points")
    name = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "name"], name="a_point_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(number__gte=0, number__lte=U32_MAX), name="point_fits_32_bits"
            ),
        ]
        indexes = [models.Index(fields=["community", "number"], name="point_by_community")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


@holds(
    internal(
        "id device service args state attempts reason override cause scene key undoes safety",
        "winner_scene winner_command issued_at sent_at finished_at expires_at",
    ),
    actors("account"),
)
class Command(Scoped):
    """One thing that a device was told to do. Its id is the one on the wire, resends included.

    A row whose `service` is empty was answered before the ledger heard that it had been given.
    """

    id = models.CharField(max_length=64, primary_key=True)
    device = models.CharField(max_length=48, blank=True)
    service = models.CharField(max_length=64, blank=True)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=16)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    override = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    scene = models.CharField(max_length=96, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    key = models.CharField(max_length=64, blank=True)
    undoes = models.CharField(max_length=64, blank=True)
    safety = models.BooleanField(default=False)
    winner_scene = models.CharField(max_length=96, blank=True)
    winner_command = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "account", "key"],
                condition=~Q(key=""),
                name="one_command_for_each_key",
            ),
            models.UniqueConstraint(
                fields=["community", "key"],
                condition=~Q(key="") & Q(account__isnull=True),
                name="one_command_for_each_key_of_ours",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-issued_at", "-id"], name="command_by_time"),
            models.Index(
                fields=["community", "device", "-issued_at", "-id"], name="command_by_device"
            ),
            models.Index(
                fields=["community", "state", "-issued_at", "-id"], name="command_by_state"
            ),
            models.Index(
                fields=["community", "scene", "issued_at"],
                condition=~Q(scene=""),
                name="command_by_scene",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.service} {self.state}"


@holds(
    internal("device reason count first_at last_at last_effect sample taken"),
)
class Refusal(Scoped):
    """Readings of one device not taken, or taken with a flag, for one reason: counted."""

    device = models.CharField(max_length=64)
    reason = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_effect = models.CharField(max_length=64)
    sample = models.CharField(max_length=200, blank=True)
    taken = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "reason"], name="one_count_for_each_reason"
            ),
        ]
        indexes = [models.Index(fields=["community", "-last_at", "-id"], name="refusal_by_time")]

    def __str__(self) -> str:
        return f"{self.device} {self.reason} {self.count}"


@holds(
    internal("version"),
)
class DirectoryVersion(Scoped):
    """How often what the live half must know of a community has changed."""

    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], name="one_directory_for_each_community"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.version}"
