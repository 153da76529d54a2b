"""What is known of each file that is kept; its bytes lie in the store."""

from django.db import models

from linli.foundation.privacy.classes import holds, internal
from linli.foundation.scope.models import Scoped

FIRMWARE = "firmware"
"""The kind that lies there as it came: a program for devices, which tells of nobody."""


@holds(
    internal("id digest kind content_type size_bytes width_px height_px kept_at vault_key"),
)
class Kept(Scoped):
    """A file of a community. The same content kept twice is one file.

    `digest` is the SHA-256 (hex) of the bytes as kept; `id` is the community's own name for it.
    They lie sealed under a key of their own, of the name `vault_key` in the vault. Where that is
    empty they are firmware, or from before files were sealed, and lie there under their digest.
    """

    id = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    content_type = models.CharField(max_length=48)
    size_bytes = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField(null=True)
    height_px = models.PositiveIntegerField(null=True)
    kept_at = models.DateTimeField()
    vault_key = models.CharField(max_length=32, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "digest"], name="one_file_for_each_content"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community"], condition=models.Q(vault_key=""), name="file_unsealed"
            ),
            models.Index(fields=["digest"], name="file_by_digest"),
        ]

    def __str__(self) -> str:
        return self.id
