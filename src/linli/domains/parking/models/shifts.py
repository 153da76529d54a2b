"""Who sits in a booth, what he did there by hand, and the cash that he hands over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.domains.parking.models.lots import Booth
from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped

_ACCOUNT = settings.AUTH_USER_MODEL


@holds(
    internal("booth began_at ended_at opened mended cash_fen handed_fen handed_at note"),
    internal("received_at"),
    actors("clerk relieved_by counted_by received_by"),
)
class BoothShift(Scoped):
    """A clerk in a booth, until he hands over or another relieves him (`relieved_by`). `opened`
    arms he raised, `mended` stays he put right; `cash_fen` is what he took in less what he gave
    out, as the ledger has it; all three as of its end, and once more when the cash is received.
    `handed_fen` is what he counted, `note` why it is another sum; `counted_by` counted it for him,
    and says why in `note`.
    """

    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="shifts")
    clerk = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    relieved_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    opened = models.PositiveIntegerField(default=0)
    mended = models.PositiveIntegerField(default=0)
    cash_fen = models.BigIntegerField(default=0)
    handed_fen = models.PositiveIntegerField(null=True)
    handed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    counted_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    received_by = models.ForeignKey(_ACCOUNT, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["booth"], condition=Q(ended_at=None), name="one_clerk_a_booth"
            ),
            models.UniqueConstraint(
                fields=["community", "clerk"],
                condition=Q(ended_at=None),
                name="a_clerk_sits_in_one_booth",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="booth_shift_list"),
            models.Index(
                fields=["community", "clerk"],
                condition=Q(handed_at=None),
                name="booth_shift_not_handed_over",
            ),
        ]

    def __str__(self) -> str:
        return f"shift {self.pk}"
