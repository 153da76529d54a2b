"""The tree of places: one table, from the street down to the room."""

from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import holds, internal, public
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words


@holds(
    internal(
        "path kind code parent cell name_zh name_en level geometry height_m base_m area_m2 words",
    ),
    public("phone", purpose="service"),
)
class Place(Scoped):
    """One place. `path` is its path of codes; it may change, the id never does.

    The estate's path is the community's code. What lies above it (street, neighbourhood) has a
    path that begins with `@`. `level` is the storey (1 the ground floor, -1 the first basement) of
    floors and what is on them. Geometry is GeoJSON in WGS 84; heights are above the ground. `phone`
    is the number of the duty room as E.164, of the estate alone: whoever needs help reads it.
    """

    path = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=32)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    cell = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="grouped")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    level = models.SmallIntegerField(null=True)
    geometry = models.JSONField(null=True)
    height_m = models.FloatField(null=True)
    base_m = models.FloatField(null=True)
    area_m2 = models.FloatField(null=True)
    phone = models.CharField(max_length=16, blank=True)
    words = models.TextField(blank=True)
    """What a search looks at: names, codes and short forms, normalised."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "path"], name="one_place_for_each_path"),
            models.UniqueConstraint(
                fields=["community"], condition=Q(kind="estate"), name="one_estate_a_community"
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(kind="estate"), name="the_duty_room_is_of_the_estate"
            ),
        ]
        indexes = [models.Index(fields=["community", "kind", "path"], name="place_by_kind")]

    def __str__(self) -> str:
        return self.path

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)
