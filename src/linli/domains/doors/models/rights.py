"""Who may pass where."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.doors.models.places import Door, DoorGroup
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.people.models import Household, Person, Staff


@holds(
    internal("household relation until at"),
    personal("name", "姓名", "name", "residence"),
    actors("by"),
)
class Newcomer(Scoped):
    """Somebody whom the head of a household asks to live there (`relation`), until a day where he
    says one. He is nobody in the register before a second person let it pass; days after it is
    forgotten.
    """

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    relation = models.CharField(max_length=8)
    until = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "name"], name="a_newcomer_is_asked_once"),
        ]
        indexes = [models.Index(fields=["community", "at"], name="newcomer_by_time")]

    def __str__(self) -> str:
        return f"newcomer {self.pk}"


@holds(
    personal("person", "权限人", "whose right", "access"),
    internal("household staff guest door group hours not_on_holidays by_shift floors"),
    internal("since until source ended_at at"),
    actors("by"),
)
class Right(Scoped):
    """A person, a household, a staff member or a guest may pass a door, or the doors of a group,
    within hours, on floors (none is all), from a time until another. `by_shift`: on duty only.
    One of who, one of where.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    guest = models.CharField(max_length=48, blank=True)
    door = models.ForeignKey(Door, on_delete=models.PROTECT, null=True, related_name="rights")
    group = models.ForeignKey(DoorGroup, on_delete=models.PROTECT, null=True, related_name="rights")
    hours = models.JSONField(default=list)
    not_on_holidays = models.BooleanField(default=False)
    by_shift = models.BooleanField(default=False)
    floors = models.JSONField(default=list)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=16)
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(door=None) ^ Q(group=None), name="a_right_to_a_door_or_a_group"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", name],
                condition=Q(ended_at=None) & Q(**{f"{name}__isnull": False}),
                name=f"right_by_{name}",
            )
            for name in ("person", "household", "staff")
        ] + [
            models.Index(
                fields=["community", "guest"],
                condition=Q(ended_at=None) & ~Q(guest=""),
                name="right_by_guest",
            ),
        ]

    def __str__(self) -> str:
        return f"right {self.pk}"


@holds(
    personal("person", "被禁止人", "who is barred", "access"),
    personal("reason", "禁止原因", "why barred", "access"),
    internal("since until lifted_at"),
    actors("by"),
)
class Barred(Scoped):
    """Somebody does not pass any door, by somebody's word and reason, until a time or for good."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(lifted_at=None), name="barred_once"
            ),
        ]

    def __str__(self) -> str:
        return f"barred {self.person_id}"
