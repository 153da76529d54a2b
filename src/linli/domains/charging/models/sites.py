"""Where one charges, what feeds it, what stands there, at which tariff, and for whom it is kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.devices.models import Device
from linli.registry.people.models import Person
from linli.registry.places.models import Place


class Kind(models.TextChoices):
    """For what a site is."""

    EV = "ev"
    EBIKE = "ebike"


class Closed(models.TextChoices):
    """Why a site is closed."""

    REPAIR = "repair"
    CHECK = "check"
    POWER = "power"
    WORKS = "works"
    SAFETY = "safety"
    OTHER = "other"


@holds(internal("code name_zh name_en limit_da"))
class Feeder(Scoped):
    """What several sites hang on: a transformer, a cable. `limit_da` is what all of them together
    may draw on each phase, tenths of an ampere (0: no limit).
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    limit_da = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_feeder_for_each_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal("code name_zh name_en kind place tariff feeder limit_da pays open shared_at"),
    internal("closed_why closed_note closed_at closed_until"),
)
class Site(Scoped):
    """Where one charges. `limit_da` is what all of it may draw on each phase, tenths of an ampere
    (0: no limit); `feeder` what it hangs on with others; `tariff` the id of its tariff; `pays` is
    `hold` (money is set aside at the start) or `after` (an order at the end). While it is not
    `open`, `closed_…` say why, since when and until when; it is opened by somebody, never by the
    clock.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    tariff = models.CharField(max_length=40)
    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT, null=True, related_name="sites")
    limit_da = models.PositiveIntegerField(default=0)
    pays = models.CharField(max_length=8, default="hold")
    open = models.BooleanField(default=True)
    closed_why = models.CharField(max_length=8, choices=Closed.choices, blank=True)
    closed_note = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_site_for_each_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal("site device label phases most_da open camera camera_lane"),
    internal("cap_da cap_until cap_at cap_order"),
)
class Connector(Scoped):
    """A plug or a socket: the device that shows it, the phases that it draws on and how much.
    `camera` is the code of the device that reads plates at its bay; `camera_lane` which lane of
    that camera it is, where it sees several bays. `cap_da` is what a scene or a person limits it
    to, until `cap_until` where he said so: by the last order of theirs, `cap_order`, given at
    `cap_at`. Where both times are one, no charger took it: it holds for whoever charged then.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="connectors")
    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=16)
    phases = models.CharField(max_length=3, default="123")
    most_da = models.PositiveIntegerField(default=320)
    open = models.BooleanField(default=True)
    camera = models.CharField(max_length=48, blank=True)
    camera_lane = models.CharField(max_length=4, blank=True)
    cap_da = models.PositiveIntegerField(null=True)
    cap_until = models.DateTimeField(null=True)
    cap_at = models.DateTimeField(null=True)
    cap_order = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "label"], name="one_connector_a_label"),
            models.UniqueConstraint(
                fields=["community", "camera", "camera_lane"],
                condition=~Q(camera=""),
                name="one_bay_a_lane_of_a_camera",
            ),
        ]

    def __str__(self) -> str:
        return self.label


@holds(internal("site version text from_at"), actors("by approved_by"))
class TariffVersion(Scoped):
    """The text (TOML) of a site's tariff from a moment on. Those of the catalogue hold where there
    is none.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    from_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "version"], name="one_tariff_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.version}"


@holds(
    internal("connector from_at until"),
    personal("person", "预约人", "who reserved", "payment"),
)
class Reservation(Scoped):
    """A connector kept for somebody until a moment; it ends by itself, or when he begins."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="reservations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    from_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector"], name="a_connector_is_kept_for_one"),
            models.UniqueConstraint(fields=["community", "person"], name="one_is_kept_for_each"),
        ]

    def __str__(self) -> str:
        return f"{self.connector_id} until {self.until:%F %T}"


@holds(internal("device ask ok reason body at"))
class Answered(Scoped):
    """What a device was answered, so that the same question gets the same answer."""

    device = models.CharField(max_length=48)
    ask = models.CharField(max_length=64)
    ok = models.BooleanField()
    reason = models.CharField(max_length=64, blank=True)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="a_question_is_answered_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="answered_at")]

    def __str__(self) -> str:
        return f"{self.device} {self.ask}"
