"""What is known of each file that is kept; its bytes lie in the store, named by their content."""

from django.db import models

from linli.foundation.privacy.classes import holds, internal
from linli.foundation.scope.models import Scoped


@holds(
    internal("id digest kind content_type size_bytes width_px height_px kept_at"),
)
class Kept(Scoped):
    """A file of a community. The same content kept twice is one file.

    `digest` is the SHA-256 (hex) of the bytes as kept; `id` is the community's own name for it.
    """

    id = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    content_type = models.CharField(max_length=48)
    size_bytes = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField(null=True)
    height_px = models.PositiveIntegerField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "digest"], name="one_file_for_each_content"
            ),
        ]

    def __str__(self) -> str:
        return self.id
