"""Who passed, what was used up by it, who is inside."""

from django.db import models
from django.db.models import Q

from linli.contracts.doors import Way
from linli.domains.doors.models.credentials import Credential
from linli.domains.doors.models.places import Door
from linli.foundation.privacy.classes import holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.people.models import Person, Staff

LONGEST_LANDING = 16
"""So long a landing of a lift is called at most."""


@holds(
    internal("door reader device ask way credential staff guest direction floor opened reason"),
    internal("at came_at late command fact"),
    personal("person", "通行人", "who passed", "access", "record"),
    personal("duress", "是否求助", "whether he called for help", "access"),
)
class Passage(Scoped):
    """Somebody wanted to pass. `ask` is the number that the device gave its question, so that the
    same one told twice is one. `at` is by our clock: where the device decided by itself (`late`),
    its own clock put right by what it told; `came_at` is when we heard of it. `duress`: by what he
    showed he called for help.
    """

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.CharField(max_length=48)
    ask = models.CharField(max_length=64)
    reader = models.CharField(max_length=16, blank=True)
    way = models.CharField(max_length=9, choices=[(one.value, one.value) for one in Way])
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    guest = models.CharField(max_length=48, blank=True)
    direction = models.CharField(max_length=3)
    floor = models.CharField(max_length=LONGEST_LANDING, blank=True)
    opened = models.BooleanField()
    reason = models.CharField(max_length=16)
    duress = models.BooleanField(default=False)
    at = models.DateTimeField()
    came_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    command = models.CharField(max_length=64, blank=True)
    fact = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="a_passage_is_told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-at", "-id"], name="passage_by_time"),
            models.Index(fields=["community", "door", "-at", "-id"], name="passage_by_door"),
            models.Index(
                fields=["community", "door", "way", "-at", "-id", "opened"], name="passage_by_way"
            ),
            models.Index(
                fields=["community", "person", "-at", "-id"],
                condition=Q(person__isnull=False),
                name="passage_by_person",
            ),
            models.Index(
                fields=["community", "staff", "-at", "-id"],
                condition=Q(staff__isnull=False),
                name="passage_by_staff",
            ),
            models.Index(fields=["community", "guest", "-at", "-id"], name="passage_by_guest"),
            models.Index(
                fields=["community", "-at", "-id"],
                condition=Q(opened=False),
                name="passage_refused",
            ),
            models.Index(
                fields=["community", "door", "opened", "-at", "-id"], name="passage_by_result"
            ),
        ]
        # each begins with what is asked for by equality, so that a planner that knows nothing of
        # the rows finds it; a condition on `guest` would hide its index from SQLite, and one
        # on `opened` would leave it to chance which of two it takes

    def __str__(self) -> str:
        return f"#{self.pk} {self.way} {self.reason}"


@holds(internal("credential ring number door at passage"))
class Use(Scoped):
    """An entry of a guest was used up, or a half-minute code: of each number there is one."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="used")
    ring = models.CharField(max_length=16)
    number = models.BigIntegerField()
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    passage = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "ring", "number"], name="an_entry_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential_id} {self.ring} {self.number}"


@holds(internal("area at inside"), personal("holder", "在场人", "who is inside", "access"))
class Inside(Scoped):
    """How somebody (`person:12`, or a guest's name) crossed into an area or out of it last. Who
    left stays here, so that an older entry that is told later puts nobody back in.
    """

    holder = models.CharField(max_length=64)
    area = models.CharField(max_length=32)
    at = models.DateTimeField()
    inside = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "holder", "area"], name="one_place_to_be_inside"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.area}"
