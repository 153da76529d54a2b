"""Facts on their way out, and the facts that each consumer has already dealt with."""

from django.db import models

from linli.foundation.privacy.classes import holds, internal


@holds(
    internal("id fact community topic body at sent_at"),
)
class Outgoing(models.Model):
    """A fact committed with the rows that it describes, waiting for the relay."""

    fact = models.CharField(max_length=64, unique=True)
    community = models.CharField(max_length=32)
    topic = models.CharField(max_length=64)
    body = models.BinaryField()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(sent_at=None), name="outgoing_waiting"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.topic}"


@holds(
    internal("id consumer fact"),
)
class Handled(models.Model):
    """A fact or effect that a consumer has dealt with: its rows and this one share a commit."""

    consumer = models.CharField(max_length=64)
    fact = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "fact"], name="once_for_each_consumer"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.fact}"


@holds(
    internal("id consumer sequence stream"),
)
class Position(models.Model):
    """How far a consumer of a stream has come; moved in the commit of what it did."""

    consumer = models.CharField(max_length=96, unique=True)
    sequence = models.BigIntegerField(default=0)
    stream = models.CharField(max_length=64, default="", blank=True)
    """When the stream was made, in the bus's own words: another that bears its name counts anew."""

    def __str__(self) -> str:
        return f"{self.consumer} {self.sequence}"


@holds(
    internal("id consumer fact community body reason at"),
)
class Undelivered(models.Model):
    """An effect or fact that its consumer could not deal with: kept, so that nothing is lost.

    An operator sees it (`/system`) and may have it dealt with again once the reason is mended.
    """

    consumer = models.CharField(max_length=64)
    fact = models.CharField(max_length=64)
    community = models.CharField(max_length=32)
    body = models.BinaryField()
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "fact"], name="undelivered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.fact}"
