"""What a household wishes for a car, and what the desk answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.parking.models.lots import Lot
from linli.foundation.privacy.classes import actors, holds, internal, personal
from linli.foundation.scope.models import Scoped
from linli.registry.people.models import Household

_ACCOUNT = settings.AUTH_USER_MODEL


@holds(
    internal("kind lot state asked_at decided_at reason"),
    personal("household", "所属房屋", "home", "vehicles"),
    personal("account", "申请账号", "account that asked", "vehicles"),
    personal("plate", "车牌", "plate", "vehicles"),
    personal("before", "原车牌", "plate before", "vehicles"),
    personal("note", "申请说明", "what was said with it", "vehicles"),
    actors("decided_by"),
)
class PlateWish(Scoped):
    """A wish of a household. `kind`: `car` (the register is to know the car as theirs), `plate` (it
    is to stand in place of `before`), `permit` (it is to park in `lot` by the month). `state`:
    waiting, agreed, refused (`reason` says why) or withdrawn.
    """

    kind = models.CharField(max_length=8)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(_ACCOUNT, on_delete=models.CASCADE, related_name="+")
    plate = models.CharField(max_length=10)
    before = models.CharField(max_length=10, blank=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="waiting")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "plate"],
                condition=Q(state="waiting"),
                name="one_open_wish_a_plate",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "-id"], name="plate_wish_by_state"),
            models.Index(fields=["community", "account", "-id"], name="plate_wish_by_account"),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk} {self.state}"
