"""Tables of guard tours."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.places.models import Place


@holds(internal("code name_zh name_en place order active"))
class Route(Scoped):
    """A way through the estate. `order` is `fixed` or `free`; one that is not active is no more
    walked, and its tours stay on record.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    order = models.CharField(max_length=8)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_route_for_each_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """What it is called."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(internal(
    "code name_zh name_en place proof longitude latitude radius_m tag edition active"
))  # fmt: skip
class Point(Scoped):
    """Where a guard must have been. `proof` is what a scan must bring beside the code (`none`,
    `position`, `rotating`); `tag` is what an NFC tag or a beacon there says of itself. `edition`
    counts the printed codes: an older one is good no more.
    """

    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField(max_length=8)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    radius_m = models.PositiveSmallIntegerField(default=50)
    tag = models.CharField(max_length=64, blank=True)
    edition = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_point_for_each_code"),
            models.UniqueConstraint(
                fields=["community", "tag"],
                condition=~models.Q(tag=""),
                name="one_point_for_each_tag",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """What it is called."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(internal("route point number"))
class Stop(Scoped):
    """A point of a route, and its turn, from 1."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="stops")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="one_stop_at_each_turn"),
            models.UniqueConstraint(fields=["route", "point"], name="a_point_once_on_a_route"),
        ]

    def __str__(self) -> str:
        return f"{self.route_id}.{self.number}"


@holds(internal("route days starts minutes late_minutes skill active"))
class Window(Scoped):
    """When a route is to be walked, and by whom: whoever is on duty with this skill or role."""

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="windows")
    days = models.CharField(max_length=7)
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    late_minutes = models.PositiveSmallIntegerField(default=15)
    skill = models.CharField(max_length=32, default="guard")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.days} {self.starts:%H:%M} +{self.minutes}"


@holds(
    internal("route window starts_at ends_at state begun_at ended_at late_told_at case"),
    actors("walker"),
)
class Tour(Scoped):
    """One walk that is due: `waiting`, `walking`, `done`, `incomplete` or `missed`."""

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    walker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    late_told_at = models.DateTimeField(null=True)
    case = models.BigIntegerField(null=True)
    """The number of the case that what was missed made."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "starts_at"], name="one_tour_each_time"),
        ]
        indexes = [
            models.Index(fields=["community", "-starts_at"], name="tour_by_time"),
            models.Index(fields=["community", "state", "ends_at"], name="tour_by_state"),
        ]

    def __str__(self) -> str:
        return f"tour {self.pk}"


@holds(
    internal("tour point number state at told_at way flags reason"),
    actors("by"),
)
class Mark(Scoped):
    """A point of one tour, and what became of it. `flags` are as in `logic.Verdict`."""

    tour = models.ForeignKey(Tour, on_delete=models.CASCADE, related_name="marks")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8)
    at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=8, blank=True)
    flags = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tour", "number"], name="one_mark_for_each_stop"),
        ]

    def __str__(self) -> str:
        return f"{self.tour_id}.{self.number} {self.state}"


@holds(
    internal("key tour point at told_at way verdict flags distance_m"),
    actors("by"),
)
class Scan(Scoped):
    """What a telephone told, whatever it was worth: `verdict` is `counted`, `repeat`, `skipped`, or
    why it was refused. Of where the telephone was only the distance from the point is kept.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    tour = models.ForeignKey(Tour, on_delete=models.SET_NULL, null=True, related_name="+")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    way = models.CharField(max_length=8)
    verdict = models.CharField(max_length=16)
    flags = models.JSONField(default=list)
    distance_m = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "by", "key"], name="a_scan_is_told_once"),
        ]
        indexes = [models.Index(fields=["community", "told_at"], name="scan_by_time")]

    def __str__(self) -> str:
        return f"{self.key} {self.verdict}"
