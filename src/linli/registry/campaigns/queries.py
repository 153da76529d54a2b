"""Every read of releases and campaigns."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, Q

from linli.foundation.scope.models import ScopedRows
from linli.registry.campaigns.logic import states, versions
from linli.registry.campaigns.logic.faults import CampaignNotFound, ReleaseNotFound
from linli.registry.campaigns.logic.planning import MOST_CODES
from linli.registry.campaigns.models import Campaign, Installed, Release, Target
from linli.registry.devices import queries as devices
from linli.registry.devices.logic import parts
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from linli.registry.places.models import Place

_PART = 500
UNNEEDED = ("same_version", "newer_version")


def release(*, community: str, id: int) -> Release:
    """Return a release.

    :raises ReleaseNotFound: if there is none in this community
    """
    row = Release.rows.of(community).select_related("file", "added_by").filter(pk=id).first()
    if row is None:
        raise ReleaseNotFound(release=id)
    return row


def release_of(*, community: str, kind: str, model: str, version: str) -> Release | None:
    """Return the release with a version, if it is here."""
    rows = Release.rows.of(community).filter(kind=kind, model=model, version=version)
    return rows.first()


def releases(
    *, community: str, kind: str = "", model: str = "", before: int = 0, limit: int = 100
) -> tuple[list[Release], int | None]:
    """Return releases, the newest first, and before which number the next page begins."""
    rows = Release.rows.of(community).select_related("added_by")
    if kind:
        rows = rows.filter(kind=kind)
    if model:
        rows = rows.filter(model=model)
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(rows.order_by("-pk")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def campaign(*, community: str, id: int, seen: Sequence[str] = (), lock: bool = False) -> Campaign:
    """Return a campaign.

    :raises CampaignNotFound: if there is none, or none with a device where the reader may look
    """
    rows = Campaign.rows.of(community).select_related("release", "place")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(pk=id).first()
    if row is None or (seen and not _targets(row, seen).exists()):
        raise CampaignNotFound(campaign=id)
    return row


def campaign_by_key(*, community: str, account: int, key: str) -> Campaign | None:
    """Return the campaign that somebody planned with this key."""
    rows = Campaign.rows.of(community).select_related("release", "place")
    return rows.filter(drafted_by=account, key=key).first() if key else None


def campaigns(
    *,
    community: str,
    state: str = "",
    model: str = "",
    before: int = 0,
    seen: Sequence[str] = (),
    limit: int = 100,
) -> tuple[list[Campaign], int | None]:
    """Return campaigns, the newest first, and before which number the next page begins; those
    with a device where the reader may look.
    """
    rows = Campaign.rows.of(community).select_related("release", "place")
    if state:
        rows = rows.filter(state=state)
    if model:
        rows = rows.filter(release__model=model)
    if before:
        rows = rows.filter(pk__lt=before)
    if seen:
        mine = Target.rows.of(community).filter(places.within(seen, "device__place__path"))
        rows = rows.filter(pk__in=mine.values("campaign"))
    page = list(rows.order_by("-pk")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def any_active(*, community: str) -> bool:
    """Tell whether a campaign is at work, or a device of one still is."""
    return _active(community).exists()


def active(*, community: str) -> list[Campaign]:
    """Return, locked in the order of their numbers, the campaigns that are at work, and those of
    which a device still is.
    """
    rows = _active(community).select_related("release").select_for_update(of=("self",))
    return list(rows.order_by("pk"))


def _active(community: str) -> ScopedRows[Campaign]:
    flying = Target.rows.of(community).filter(state__in=states.UNDER_WAY).values("campaign")
    rows = Campaign.rows.of(community)
    return rows.filter(Q(state__in=states.AT_WORK) | Q(pk__in=flying))


def _targets(row: Campaign, seen: Sequence[str]) -> ScopedRows[Target]:
    rows = Target.rows.of(row.community).filter(campaign=row)
    return rows.filter(places.within(seen, "device__place__path")) if seen else rows


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices of a campaign are in each state: in all, and by stage; how many of them
    needed nothing, or must not have it.
    """

    counts: Mapping[str, int] = {}
    by_stage: Mapping[int, Mapping[str, int]] = {}
    unneeded: int = 0


def tally(*, campaign: Campaign, seen: Sequence[str] = ()) -> Tally:
    """Return how far the devices of a campaign are."""
    found = tallies(community=campaign.community, campaigns=[campaign.pk], seen=seen)
    return found.get(campaign.pk, Tally())


def tallies(
    *, community: str, campaigns: Collection[int], seen: Sequence[str] = ()
) -> dict[int, Tally]:
    """Return how far the devices of campaigns are, in one statement; of a draft there are none."""
    rows = Target.rows.of(community).filter(campaign__in=campaigns)
    if seen:
        rows = rows.filter(places.within(seen, "device__place__path"))
    unneeded = Count("pk", filter=Q(reason__in=UNNEEDED, state=states.SKIPPED, attempt=0))
    grouped = rows.values_list("campaign", "stage", "state").annotate(n=Count("pk"), u=unneeded)
    found: dict[int, Tally] = {}
    for campaign_id, stage, state, number, skipped in grouped.order_by("stage", "state"):
        known = found.get(campaign_id, Tally())
        found[campaign_id] = Tally(
            counts={**known.counts, state: known.counts.get(state, 0) + number},
            by_stage={
                **known.by_stage,
                stage: {**known.by_stage.get(stage, {}), state: number},
            },
            unneeded=known.unneeded + skipped,
        )
    return found


def targets(
    *,
    campaign: Campaign,
    state: str = "",
    after: int = -1,
    seen: Sequence[str] = (),
    limit: int = 100,
) -> tuple[list[Target], int | None]:
    """Return devices of a campaign in their order, and after which position the next page begins;
    those where the reader may look.
    """
    rows = _targets(campaign, seen).filter(position__gt=after)
    rows = rows.select_related("device__place", "before_release")
    if state:
        rows = rows.filter(state=state)
    page = list(rows.order_by("position")[: limit + 1])
    return page[:limit], page[limit - 1].position if len(page) > limit else None


def under_way(*, community: str, lock: bool = False) -> list[Target]:
    """Return every device that is being updated now, of all campaigns."""
    rows = Target.rows.of(community).filter(state__in=states.UNDER_WAY)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    related = ("device__place", "campaign__release", "before_release")
    return list(rows.select_related(*related).order_by("pk"))


def waiting(*, campaign: Campaign, limit: int) -> list[Target]:
    """Return the next devices, on line, of the present stage that wait, or are to go back."""
    rows = _waiting(campaign).filter(device__online=True)
    return list(rows.order_by("position")[:limit])


def gone(*, campaign: Campaign, since: datetime, limit: int) -> list[Target]:
    """Return the devices that wait and went off line at a time or before; those that were never on
    line, once the campaign began at that time or before.
    """
    away = Q(device__online_since__lte=since)
    if campaign.started_at is not None and campaign.started_at <= since:
        away |= Q(device__online_since=None)
    rows = _waiting(campaign).filter(away, device__online=False)
    return list(rows.order_by("position")[:limit])


def _waiting(campaign: Campaign) -> ScopedRows[Target]:
    rows = Target.rows.of(campaign.community).filter(campaign=campaign, state=states.WAITING)
    if campaign.state != states.ROLLING_BACK:
        rows = rows.filter(stage__lte=campaign.stage)
    return rows.select_related("device__place", "before_release")


def of_device(*, community: str, device: Device, kind: str) -> list[Target]:
    """Return, locked, where a device stands: its update under way, or those that failed of time."""
    rows = Target.rows.of(community).filter(device=device, campaign__release__kind=kind)
    late = Q(state=states.FAILED, reason__in=states.PROVED_LATE)
    rows = rows.filter(Q(state__in=states.UNDER_WAY) | late)
    related = ("device", "campaign__release", "before_release")
    return list(rows.select_for_update(of=("self",)).select_related(*related).order_by("pk"))


def offered(*, community: str, release: int, numbers: Collection[int]) -> Target | None:
    """Return the update under way, of one of these devices, that needs a release."""
    rows = Target.rows.of(community).filter(device__in=numbers, state__in=states.UNDER_WAY)
    forth, back = Q(back=False, campaign__release=release), Q(back=True, before_release=release)
    return rows.filter(forth | back).order_by("pk").first()


def installed(*, community: str, kind: str, numbers: Collection[int]) -> dict[int, Installed]:
    """Return what devices have of a kind, by the device's number; unknown ones are left out."""
    found: dict[int, Installed] = {}
    for part in parts(sorted(numbers), _PART):
        rows = Installed.rows.of(community).filter(kind=kind, device__in=part)
        found.update((row.device_id, row) for row in rows)
    return found


def software(*, community: str, code: str, seen: Sequence[str] = ()) -> list[Installed]:
    """Return what a device has, of each kind that is known.

    :raises DeviceNotFound: if there is none where the reader may look
    """
    device = devices.device(community=community, code=code, seen=seen)
    return list(Installed.rows.of(community).filter(device=device).order_by("kind"))


def targets_of(
    *,
    community: str,
    id: int,
    state: str = "",
    cursor: int = -1,
    seen: Sequence[str] = (),
    limit: int = 100,
) -> tuple[list[Target], int | None]:
    """Return devices of the campaign with this number; see `targets`.

    :raises CampaignNotFound: if there is none where the reader may look
    """
    row = campaign(community=community, id=id, seen=seen)
    return targets(campaign=row, state=state, after=cursor, seen=seen, limit=limit)


def chosen(*, campaign: Campaign) -> list[Device]:
    """Return the devices that a campaign means, in the order of their codes."""
    community, release = campaign.community, campaign.release
    rows = Device.rows.of(community).filter(model=release.model, enabled=True)
    if campaign.place is not None:
        rows = rows.filter(places.below(campaign.place.path, "place__path"))
    if campaign.codes:
        rows = rows.filter(code__in=campaign.codes[:MOST_CODES])
    if campaign.versions:
        rows = rows.filter(_having(community, release.kind, campaign.versions))
    return list(rows.select_related("place").order_by("code"))


def _having(community: str, kind: str, wanted: Sequence[str]) -> Q:
    rows = Installed.rows.of(community).filter(kind=kind)
    having = Q(pk__in=rows.filter(version__in=wanted).values("device"))
    return having | ~Q(pk__in=rows.values("device")) if "" in wanted else having


def needing(*, campaign: Campaign) -> tuple[list[Device], dict[int, str]]:
    """Return the devices that a campaign means, and by number why one needs nothing, or must not:
    `same_version`, `newer_version`.
    """
    found = chosen(campaign=campaign)
    release = campaign.release
    has = installed(
        community=campaign.community, kind=release.kind, numbers=[one.pk for one in found]
    )
    why = {
        pk: reason
        for pk, row in has.items()
        if (
            reason := why_not(
                has=row.version, wanted=release.version, downgrade=campaign.allow_downgrade
            )
        )
    }
    return found, why


def why_not(*, has: str, wanted: str, downgrade: bool) -> str:
    """Return why a device with a version is not brought another; nothing where it is."""
    if has == wanted:
        return "same_version"
    newer = versions.rank(has) > versions.rank(wanted)
    return "newer_version" if newer and not downgrade else ""


def how_many_of(*, community: str, model: str) -> int:
    """Return how many enabled devices of a model there are."""
    return Device.rows.of(community).filter(model=model, enabled=True).count()


def zones(*, community: str) -> set[str]:
    """Return the paths of all zones."""
    return set(Place.rows.of(community).filter(kind="zone").values_list("path", flat=True))
