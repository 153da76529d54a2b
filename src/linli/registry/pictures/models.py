"""The table of pictures."""

from django.db import models
from django.db.models import Q

from linli.foundation.files.models import Kept
from linli.foundation.privacy.classes import holds, internal, sensitive
from linli.foundation.scope.models import Scoped


@holds(
    internal("spool device event told taken_at came_at refused"),
    sensitive(
        "file", "抓拍图片", "picture of a camera", "alarm", "case", "maintenance", "vehicles"
    ),
)
class Picture(Scoped):
    """A picture that a camera took, drawn anew before it was kept.

    `spool` is its name in the spool that it came by: it is taken once. `taken_at` is the camera's
    own time, `came_at` ours; `told` the SHA-256 (hex) of what came, by which a lane camera names
    the picture of a car. One that was no picture has no `file`, and says why.
    """

    spool = models.CharField(max_length=48)
    device = models.CharField(max_length=48)
    event = models.CharField(max_length=64, blank=True)
    told = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField()
    came_at = models.DateTimeField()
    file = models.ForeignKey(Kept, on_delete=models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "spool"], name="one_picture_for_a_spool"),
            models.CheckConstraint(
                condition=Q(file__isnull=True) ^ Q(refused=""), name="a_picture_or_why_not"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "device", "-id"], name="picture_by_device"),
            models.Index(fields=["community", "device", "taken_at"], name="picture_by_taken"),
            models.Index(fields=["community", "came_at"], name="picture_by_age"),
            models.Index(
                fields=["community", "told"], condition=~Q(told=""), name="picture_by_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.device} {self.taken_at:%F %T}"
