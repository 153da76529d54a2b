"""Campaigns as people see them: with how far their devices are."""

from collections.abc import Sequence

import msgspec

from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import states
from linli.registry.campaigns.models import Campaign
from linli.registry.campaigns.queries import Tally


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """`devices` are those that it is, or would be, for; `skipped` those that need nothing."""

    campaign: Campaign
    tally: Tally
    devices: int
    skipped: int


def shown(*, campaign: Campaign, seen: Sequence[str] = (), tally: Tally | None = None) -> Shown:
    """Return a campaign with how far its devices are: those where the reader may look. Whom a
    draft would be for is looked up unless a tally is given.
    """
    if campaign.state == states.DRAFT and tally is None:
        found, why = queries.needing(campaign=campaign)
        return Shown(
            campaign=campaign, tally=Tally(), devices=len(found) - len(why), skipped=len(why)
        )
    known = tally if tally is not None else queries.tally(campaign=campaign, seen=seen)
    return Shown(
        campaign=campaign,
        tally=known,
        devices=sum(known.counts.values()) - known.unneeded,
        skipped=known.unneeded,
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
    """Return campaigns, the newest first, and before which number the next page begins. Whom a
    draft would be for is told on its own page: that is a question a draft.
    """
    rows, after = queries.campaigns(
        community=community, state=state, model=model, before=before, seen=seen, limit=limit
    )
    known = queries.tallies(community=community, campaigns=[row.pk for row in rows], seen=seen)
    return [shown(campaign=row, seen=seen, tally=known.get(row.pk, Tally())) for row in rows], after
