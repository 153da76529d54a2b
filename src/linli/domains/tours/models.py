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
    "code name_zh name_en place proof longitude latitude radius_m tag edition active",
    "serial beacon least_dbm dwell_s reader",
))  # fmt: skip
class Point(Scoped):
    """Where a guard must have been. `proof` is what a scan must bring beside the code (`none`,
    `position`, `rotating`); `tag` is a word that a tag there says of itself. `edition` counts the
    codes: an older one is good no more. `serial` is that of the tag by NFC which hangs there.
    `beacon` is what stands there and calls (`beacons.read`), `reader` the device that stands there
    and hears badges; either counts only as strong as `least_dbm`, after `dwell_s`.
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
    serial = models.CharField(max_length=40, blank=True)
    beacon = models.CharField(max_length=64, blank=True)
    least_dbm = models.SmallIntegerField(default=-75)
    dwell_s = models.PositiveSmallIntegerField(default=10)
    reader = models.CharField(max_length=48, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_point_for_each_code"),
            models.UniqueConstraint(
                fields=["community", "tag"],
                condition=~models.Q(tag=""),
                name="one_point_for_each_tag",
            ),
            models.UniqueConstraint(
                fields=["community", "beacon"],
                condition=models.Q(active=True) & ~models.Q(beacon=""),
                name="one_point_for_each_beacon",
            ),
            models.UniqueConstraint(
                fields=["community", "reader"],
                condition=models.Q(active=True) & ~models.Q(reader=""),
                name="one_point_for_each_reader",
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
    internal("key tour point at told_at way verdict flags distance_m rssi_dbm reader"),
    actors("by"),
)
class Scan(Scoped):
    """What a telephone told, whatever it was worth: `verdict` is `counted`, `repeat`, `skipped`, or
    why it was refused. Of where the telephone was only the distance from the point is kept. What a
    device heard says which (`reader`), and how strong the signal was.
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
    rssi_dbm = models.SmallIntegerField(null=True)
    reader = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "by", "key"], name="a_scan_is_told_once"),
        ]
        indexes = [models.Index(fields=["community", "told_at"], name="scan_by_time")]

    def __str__(self) -> str:
        return f"{self.key} {self.verdict}"


@holds(internal("beacon reader"), actors("account"))
class Badge(Scoped):
    """What somebody wears on his rounds: a badge that calls as a `beacon` and is heard where
    readers stand, or a `reader` (a device) that goes with him and hears where beacons stand.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    beacon = models.CharField(max_length=64, blank=True)
    reader = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "account"], name="one_badge_for_each"),
            models.UniqueConstraint(
                fields=["community", "beacon"],
                condition=~models.Q(beacon=""),
                name="one_wearer_for_each_beacon",
            ),
            models.UniqueConstraint(
                fields=["community", "reader"],
                condition=~models.Q(reader=""),
                name="one_wearer_for_each_reader",
            ),
        ]

    def __str__(self) -> str:
        return self.beacon or self.reader


@holds(internal("point since last_at"), actors("account"))
class Nearness(Scoped):
    """Since when the badge of somebody who walks a tour has been near a point of it that he has yet
    to visit, as devices heard it last; forgotten after a day.
    """

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["point", "account"], name="one_nearness_at_a_point"),
        ]
        indexes = [models.Index(fields=["community", "last_at"], name="nearness_by_time")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.point_id}"
