"""Spreadsheets that were shown to somebody and wait for his word."""

from django.conf import settings
from django.db import models

from linli.foundation.privacy.classes import actors, holds, internal, sensitive
from linli.foundation.scope.models import Scoped


@holds(
    internal("digest kind at vault_key"),
    actors("account"),
    sensitive("content", "导入的表格", "spreadsheet brought in", "correction"),
)
class Upload(Scoped):
    """A spreadsheet between its preview and its import. It is gone after either, or after an hour,
    and its key with it.

    `digest` is the SHA-256 of the token: whoever reads the table cannot import with it. `content`
    is sealed under a key of its own, of the name `vault_key` in the vault.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=16)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    content = models.BinaryField()
    vault_key = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "at"], name="upload_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%F %T}"
