"""Tables of releases, campaigns, and what each device has."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.files.models import Kept
from linli.foundation.privacy.classes import actors, holds, internal
from linli.foundation.scope.models import Scoped
from linli.kernel.words import Words
from linli.registry.campaigns.logic.states import UNDER_WAY
from linli.registry.devices.models import Device
from linli.registry.places.models import Place


@holds(
    internal("kind model version notes_zh notes_en sha256 size_bytes file content added_at"),
    actors("added_by"),
)
class Release(Scoped):
    """A firmware image, or a configuration, of one model. It is never altered.

    `sha256` (hex) is of the image, or of the settings as they are sent; `file` is the image,
    `content` the settings.
    """

    kind = models.CharField(max_length=12)
    model = models.CharField(max_length=64)
    version = models.CharField(max_length=48)
    notes_zh = models.CharField(max_length=4000, blank=True)
    notes_en = models.CharField(max_length=4000, blank=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    file = models.ForeignKey(Kept, on_delete=models.PROTECT, null=True, related_name="+")
    content = models.JSONField(default=dict)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "model", "version"],
                name="one_release_for_each_version",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="release_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.model} {self.version}"

    @property
    def notes(self) -> Words:
        """The notes in both languages."""
        return Words(zh=self.notes_zh, en=self.notes_en or self.notes_zh)


@holds(
    internal(
        "name_zh name_en release state place codes versions stages stage stage_began_at",
        "stage_done_at forgiven hours_from hours_to at_once proof allow_downgrade insist",
        "give_up_after_s offline_limit_s reason fact key drafted_at started_at finished_at",
    ),
    actors("drafted_by started_by"),
)
class Campaign(Scoped):
    """A release on its way to the devices that were chosen.

    Chosen are the enabled devices of the release's model at `place`, of `codes`, and with one of
    `versions` (empty narrows nothing; the word "" in it is a version that nobody knows). `stages`
    are `logic.planning.Stage`; `forgiven` how many failures of the present stage a person has
    looked at. `fact` is the last thing that was done with it: the cause of its commands.
    """

    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="campaigns")
    state = models.CharField(max_length=16, default="draft")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    codes = models.JSONField(default=list)
    versions = models.JSONField(default=list)
    stages = models.JSONField(default=list)
    stage = models.PositiveSmallIntegerField(default=0)
    stage_began_at = models.DateTimeField(null=True)
    stage_done_at = models.DateTimeField(null=True)
    forgiven = models.PositiveIntegerField(default=0)
    hours_from = models.TimeField(null=True)
    hours_to = models.TimeField(null=True)
    at_once = models.PositiveSmallIntegerField()
    proof = models.CharField(max_length=12)
    allow_downgrade = models.BooleanField(default=False)
    insist = models.BooleanField(default=False)
    give_up_after_s = models.PositiveIntegerField()
    offline_limit_s = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    fact = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "drafted_by", "key"],
                condition=~Q(key=""),
                name="one_campaign_for_each_key",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state"], name="campaign_by_state"),
            models.Index(fields=["community", "-id"], name="campaign_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name_zh} {self.state}"

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return Words(zh=self.name_zh, en=self.name_en or self.name_zh)


@holds(
    internal(
        "campaign device stage position state back attempt before_version before_release command",
        "told_at moved_at finished_at reason",
    ),
)
class Target(Scoped):
    """One device of a campaign and what became of it.

    `back` is set once it is to have again what it had `before`; `command` is the last that it was
    given.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="targets")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    back = models.BooleanField(default=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    before_version = models.CharField(max_length=64, blank=True)
    before_release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, related_name="+"
    )
    command = models.CharField(max_length=64, blank=True)
    told_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "device"], name="a_device_is_once_in_a_campaign"
            ),
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(state__in=UNDER_WAY),
                name="one_update_at_a_time_for_each_device",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state", "position"], name="target_by_state"),
            models.Index(
                fields=["community", "campaign"],
                condition=Q(state__in=UNDER_WAY),
                name="target_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.device_id} {self.state}"


@holds(
    internal("device kind version told_at"),
)
class Installed(Scoped):
    """What a device has, of a kind, as it told itself or as it acknowledged."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    version = models.CharField(max_length=64)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind"], name="one_version_of_each_kind_for_a_device"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "kind", "version"], name="installed_by_version")
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.kind} {self.version}"
