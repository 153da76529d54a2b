"""What opens doors, and the keys that sign."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.contracts.doors import Way
from linli.domains.doors.logic import values
from linli.domains.doors.logic.life import HELD, Step
from linli.domains.doors.models.places import Door
from linli.foundation.privacy.classes import actors, holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.registry.people.models import Household, Person, Staff


@holds(
    internal("way state chip vault_key mark short since until uses ring serial version"),
    internal("standing at"),
    personal("person", "持有人", "holder", "access"),
    personal("host", "邀请人", "who invited the guest", "access"),
    internal("staff guest home"),
    personal("label", "凭证名称", "name of the credential", "access"),
    sensitive("value", "凭证号码", "number of the credential", "access"),
    personal("duress", "是否求助码", "whether it calls for help", "access"),
    actors("by"),
)
class Credential(Scoped):
    """What somebody shows at a door, or has with him: a card, a PIN, a face, a telephone.

    `mark` finds it: a keyed digest of way and value, by which controllers know it too; `short` is
    that of the last 24 bits of a card, which some readers send. `value` itself is sealed. `guest`
    is the name of a guest, who comes to a `home` and is the guest of `host`, or, without one, of
    whoever lives there: kept for as long as it is good. `duress`: by it its holder calls for help;
    that is his secret, which no list, no desk and no controller is told. `version` grows with every
    change of what it may, in all the community, so that controllers fetch what is new; `standing`
    is how its holder stood in the register then.
    """

    way = models.CharField(max_length=9, choices=[(one.value, one.value) for one in Way])
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in HELD])
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    guest = models.CharField(max_length=48, blank=True)
    host = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    home = models.ForeignKey(Household, on_delete=models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=60, blank=True)
    chip = models.CharField(max_length=8, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    value = Sealed(mask=values.masked)
    value_sealed = models.CharField(max_length=160, blank=True)
    mark = models.CharField(max_length=32, blank=True)
    short = models.CharField(max_length=32, blank=True)
    duress = models.BooleanField(default=False)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    uses = models.PositiveSmallIntegerField(default=0)
    """Entries that a guest has; 0 is any number. They are counted at the doors of `ring`."""
    ring = models.CharField(max_length=16, blank=True)
    serial = models.PositiveIntegerField(default=0)
    """Of a guest's QR codes the one of this number is good; older ones died."""
    version = models.BigIntegerField()
    standing = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "mark"],
                condition=~Q(mark="") & Q(state__in=["waiting", "open", "lost"]),
                name="one_credential_for_a_mark",
            ),
            models.UniqueConstraint(
                fields=["community", "version"], name="one_credential_a_version"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "mark"], name="credential_by_mark"),
            models.Index(
                fields=["community", "short"], condition=~Q(short=""), name="credential_by_short"
            ),
            models.Index(fields=["community", "person"], name="credential_by_person"),
            models.Index(fields=["community", "staff"], name="credential_by_staff"),
            models.Index(
                fields=["community", "guest"], condition=~Q(guest=""), name="credential_by_guest"
            ),
            models.Index(
                fields=["community", "host"],
                condition=Q(host__isnull=False),
                name="credential_by_host",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.way} {self.state}"


@holds(internal("credential step note at fact"), actors("by"))
class CredentialStep(Scoped):
    """One step in the life of a credential; rows are only added."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Step])
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    fact = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["community", "credential"], name="step_by_credential")]

    def __str__(self) -> str:
        return f"{self.credential_id} {self.step}"


@holds(internal("credential door wanted_at held_at drop_at gone_at"))
class FaceCopy(Scoped):
    """A device holds the template of a face, or is to: asked for, held, to be deleted, gone. The
    device says so itself; `gone_at` is its receipt of the deletion.
    """

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="copies")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="+")
    wanted_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    drop_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credential", "door"], name="one_face_a_door"),
        ]
        indexes = [
            models.Index(
                fields=["community", "door"],
                condition=Q(drop_at__isnull=False, gone_at=None),
                name="face_to_be_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential_id} at {self.door_id}"


@holds(internal("number public private made_at version signs_at retired_at"))
class SigningKey(Scoped):
    """A key that signs QR codes (Ed25519). `private` is sealed; controllers hold `public` only.

    It is told to controllers with the rights of a `version`, and signs from `signs_at` on, once
    they hold it; what it signed is believed until it is retired.
    """

    number = models.PositiveSmallIntegerField()
    public = models.CharField(max_length=64)
    private = models.BinaryField()
    made_at = models.DateTimeField()
    version = models.BigIntegerField(default=0)
    signs_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number"], name="one_signing_key_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.number}"


@holds(internal("version lost"))
class MarkedAnew(Scoped):
    """Up to which version of rights marks were made anew, under another key of blind indices.
    `lost` are the numbers of credentials whose marks no key made: those stay as they are.
    """

    version = models.BigIntegerField(default=0)
    lost = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], name="one_place_of_marks"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.version}"


@holds(internal("version"))
class RightsVersion(Scoped):
    """How far the rights of a community have come: locked while they change, so that versions
    become visible in their order.
    """

    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], name="one_rights_version"),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.version}"
