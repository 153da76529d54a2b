"""What the rest of the system may know of releases, and of campaigns that bring them to devices.

`campaign` and `release` are numbers in the records, `device` a device's code.
"""

from linli.kernel.event import Event


class ReleaseAdded(Event, frozen=True, kw_only=True):
    """A firmware image, or a configuration, can be brought to devices now."""

    release: int
    kind: str
    model: str
    version: str
    sha256: str
    by: int


class CampaignDrafted(Event, frozen=True, kw_only=True):
    """Somebody planned to bring a release to devices; nothing is done yet."""

    campaign: int
    release: int
    by: int


class CampaignStarted(Event, frozen=True, kw_only=True):
    """A person confirmed it, with the number of `devices`; `skipped` need nothing."""

    campaign: int
    release: int
    devices: int
    skipped: int
    by: int


class CampaignStageBegan(Event, frozen=True, kw_only=True):
    """`stage` counts from 0; `devices` are those that it adds."""

    campaign: int
    stage: int
    devices: int


class CampaignPaused(Event, frozen=True, kw_only=True):
    """No further device is told. `by` is None where it stopped itself for `failed` devices."""

    campaign: int
    stage: int
    failed: int
    by: int | None = None


class CampaignResumed(Event, frozen=True, kw_only=True):
    campaign: int
    by: int


class CampaignRetried(Event, frozen=True, kw_only=True):
    """Devices that failed, or were passed over, are tried again."""

    campaign: int
    devices: int
    by: int


class CampaignRollBackBegan(Event, frozen=True, kw_only=True):
    """Devices are brought back to what each had before."""

    campaign: int
    devices: int
    by: int


class CampaignFinished(Event, frozen=True, kw_only=True):
    """Nothing is left to do, though some devices may have failed, or been skipped."""

    campaign: int
    done: int
    failed: int
    skipped: int


class CampaignRolledBack(Event, frozen=True, kw_only=True):
    campaign: int
    rolled_back: int
    failed: int


class CampaignCancelled(Event, frozen=True, kw_only=True):
    campaign: int
    by: int


class DeviceUpdated(Event, frozen=True, kw_only=True):
    """A device has the release now, by its own word or its acknowledgement."""

    campaign: int
    device: str
    version: str


class DeviceUpdateFailed(Event, frozen=True, kw_only=True):
    """`reason` is what the device or its line said, or a word of ours, as `no_report`."""

    campaign: int
    device: str
    version: str
    reason: str


class DeviceUpdateSkipped(Event, frozen=True, kw_only=True):
    """A device was passed over: off line too long, in maintenance, or up to date already."""

    campaign: int
    device: str
    reason: str


class DeviceRolledBack(Event, frozen=True, kw_only=True):
    """A device has again what it had before the campaign."""

    campaign: int
    device: str
    version: str
