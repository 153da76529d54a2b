"""Campaigns as people see them: with how far their devices are."""

from collections.abc import Sequence

import msgspec

from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import states
from linli.registry.campaigns.models import Campaign
from linli.registry.campaigns.queries import Tally

_UNNEEDED = ("same_version", "newer_version")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """`devices` are those that it is, or would be, for; `skipped` those that need nothing."""

    campaign: Campaign
    tally: Tally
    devices: int
    skipped: int


def shown(*, campaign: Campaign, seen: Sequence[str] = ()) -> Shown:
    """Return a campaign with how far its devices are: those where the reader may look."""
    tally = queries.tally(campaign=campaign, seen=seen)
    if campaign.state == states.DRAFT:
        found, why = queries.needing(campaign=campaign)
        return Shown(
            campaign=campaign, tally=tally, devices=len(found) - len(why), skipped=len(why)
        )
    skipped = queries.unneeded(campaign=campaign, reasons=_UNNEEDED, seen=seen)
    return Shown(
        campaign=campaign,
        tally=tally,
        devices=sum(tally.counts.values()) - skipped,
        skipped=skipped,
    )


def one(*, community: str, id: int, seen: Sequence[str] = ()) -> Shown:
    """Return one campaign.

    :raises CampaignNotFound: if there is none where the reader may look
    """
    return shown(campaign=queries.campaign(community=community, id=id, seen=seen), seen=seen)


def page(
    *,
    community: str,
    state: str = "",
    model: str = "",
    before: int = 0,
    seen: Sequence[str] = (),
    limit: int = 100,
) -> tuple[list[Shown], int | None]:
    """Return campaigns, the newest first, and before which number the next page begins."""
    rows, after = queries.campaigns(
        community=community, state=state, model=model, before=before, seen=seen, limit=limit
    )
    return [shown(campaign=row, seen=seen) for row in rows], after
