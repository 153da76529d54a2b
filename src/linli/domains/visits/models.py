"""Tables of visits and calls. Who a guest is lies sealed, under a key of his visit's own."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.visits import logic
from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.kernel import masks
from linli.registry.people.logic import masked_phone
from linli.registry.people.models import Household, Person


@holds(
    internal(
        "kind state place people since until days starts ends uses used doors nonce vault_key",
        "with_code picture tell",
        "asked_at decided_at decided_why part arrived_at left_at over_at over_why source ask",
    ),
    personal("household", "到访的房屋", "home that was visited", "visitors"),
    personal("host", "被访人", "who was visited", "visitors"),
    actors("by decided_by"),
    sensitive("name", "访客姓名", "guest's name", "visitors", "emergency"),
    sensitive("phone", "访客电话", "guest's telephone", "visitors", "emergency"),
    sensitive("plate", "访客车牌", "guest's plate", "visitors", "emergency"),
    personal("why", "来访事由", "why he comes", "visitors"),
)
class Visit(Scoped):
    """A guest of a home. `place` is the path of its room; `doors` codes (none: the way there);
    `uses` entries into the estate, 0 any number, of which `used` were. `source` is who wrote it
    down: `home`, `desk` or `kiosk`; `ask` the kiosk's own number of its question. `part` tells who
    decided on one who came unexpected. `nonce` is what the guest's link rests on. `with_code`: he
    has six digits as well; `picture`: his host may send his code as a picture; `tell`: his
    host is told when he comes and goes.
    """

    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    host = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    source = models.CharField(max_length=8)
    ask = models.CharField(max_length=160, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    name = Sealed(mask=logic.masked_name)
    name_sealed = models.CharField(max_length=400, blank=True)
    phone = Sealed(mask=masked_phone, whole=True)
    phone_sealed = models.CharField(max_length=120, blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    plate = Sealed(mask=masks.plate, whole=True)
    plate_sealed = models.CharField(max_length=120, blank=True)
    plate_index = models.CharField(max_length=32, blank=True)
    why = models.CharField(max_length=60, blank=True)
    people = models.PositiveSmallIntegerField(default=1)
    since = models.DateTimeField()
    until = models.DateTimeField()
    days = models.CharField(max_length=7, blank=True)
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    uses = models.PositiveSmallIntegerField(default=0)
    used = models.PositiveSmallIntegerField(default=0)
    doors = models.JSONField(default=list)
    with_code = models.BooleanField(default=False)
    picture = models.BooleanField(default=False)
    tell = models.BooleanField(default=True)
    nonce = models.CharField(max_length=24, blank=True)
    asked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_why = models.CharField(max_length=120, blank=True)
    part = models.CharField(max_length=8, blank=True)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    over_why = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "ask"], condition=~Q(ask=""), name="one_visit_for_each_ask"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="visit_list"),
            models.Index(fields=["community", "state", "-id"], name="visit_of_state"),
            models.Index(fields=["community", "household", "-id"], name="visit_of_household"),
            models.Index(fields=["community", "state", "until"], name="visit_by_end"),
            models.Index(fields=["community", "plate_index"], name="visit_by_plate"),
            models.Index(fields=["community", "over_at"], name="visit_over"),
        ]

    def __str__(self) -> str:
        return f"visit:{self.pk}"


@holds(internal("visit fact door place direction opened reason late at"))
class VisitPassage(Scoped):
    """A guest wanted to pass a door, as the fact of the doors told it."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="passages")
    fact = models.CharField(max_length=64)
    door = models.CharField(max_length=64)
    place = models.CharField(max_length=200)
    direction = models.CharField(max_length=8)
    opened = models.BooleanField()
    reason = models.CharField(max_length=24)
    late = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "fact"], name="one_visit_passage_for_each_fact"
            ),
        ]
        indexes = [models.Index(fields=["community", "visit"], name="passages_of_a_visit")]

    def __str__(self) -> str:
        return f"{self.visit_id} at {self.door}"


@holds(
    internal("device ask at attended_at"),
    personal("room", "要去的房号", "room that was asked for", "visitors"),
    actors("attended_by"),
)
class Unheard(Scoped):
    """A question of a visitors' screen about a guest that was put to nobody: of a home in which
    nobody lives, or of one that is left in peace. It counts as any other, sounds like one that
    nobody answers, and is kept as long. `room` is the path of a home in which nobody lives: the
    gate desk sees it, and who of it saw to the guest; of the guest nothing is kept.
    """

    device = models.CharField(max_length=64)
    ask = models.CharField(max_length=64)
    room = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    attended_at = models.DateTimeField(null=True)
    attended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "device", "ask"], name="one_unheard_for_each_ask"
            ),
        ]
        indexes = [models.Index(fields=["community", "at"], name="unheard_by_time")]

    def __str__(self) -> str:
        return f"{self.device} {self.ask}"


@holds(
    internal("door ask place state part way passage at_home phrase"),
    internal("talk_line talk_at talked_s spoke_s"),
    personal("household", "被呼叫的房屋", "home that was rung", "visitors"),
    personal("room", "被呼叫的房号", "room that was rung", "visitors"),
    internal("rang_at passed_on_at answered_at opened_at over_at"),
    actors("by"),
)
class Call(Scoped):
    """Somebody rang at a door. `ask` is the door's own number of its question, so that asking twice
    is ringing once; `at_home` tells whether any telephone there hears it, and is so of every
    call from a visitors' screen, for before the street all homes sound alike; `by` is who answered,
    as `part`: of the home, its proxy, or the guard. `talk_line` is the line on which he talks with
    the door since `talk_at`, empty when he does not; he was on such lines for `talked_s` in all, of
    which the door heard him for `spoke_s`. `phrase` is what he last had the door say or show.
    """

    door = models.CharField(max_length=64)
    ask = models.CharField(max_length=64)
    place = models.CharField(max_length=200)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    room = models.CharField(max_length=200, blank=True)
    at_home = models.BooleanField(default=False)
    state = models.CharField(max_length=12)
    part = models.CharField(max_length=8, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    way = models.CharField(max_length=12, blank=True)
    passage = models.BigIntegerField(null=True)
    phrase = models.CharField(max_length=16, blank=True)
    talk_line = models.CharField(max_length=32, blank=True)
    talk_at = models.DateTimeField(null=True)
    talked_s = models.PositiveIntegerField(default=0)
    spoke_s = models.PositiveIntegerField(default=0)
    rang_at = models.DateTimeField()
    passed_on_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "door", "ask"], name="one_call_for_each_ask"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "household", "-id"], name="call_of_household"),
            models.Index(fields=["community", "state", "rang_at"], name="call_by_state"),
            models.Index(fields=["community", "rang_at"], name="call_by_time"),
        ]

    def __str__(self) -> str:
        return f"call:{self.pk}"
