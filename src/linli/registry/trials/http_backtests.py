"""Back-tests of scenes, and limits proposed from them, over HTTP."""

from django.utils import timezone
from ninja import Field, Query, Router, Status

from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import NumberPage
from linli.registry.trials import backtest_schemas as schemas
from linli.registry.trials import backtests as queries
from linli.registry.trials import operations, proposals

router = Router(tags=["trials"])


class BackTestsWanted(NumberPage):
    """Which part of the back-tests: of one scene, if it is named."""

    scene: str = ""
    limit: int = Field(50, ge=1, le=500)


class ProposalsWanted(NumberPage):
    """Which part of the proposals: without a state, those that nobody has decided."""

    state: str | None = None
    scene: str = ""
    limit: int = Field(100, ge=1, le=500)


@router.post("/{community}/scenes/backtests", response={202: schemas.Asked},
             auth=may_everywhere("scenes.write"))  # fmt: skip
def ask_backtest(
    request: Visit, community: str, body: schemas.BackTestIn
) -> Status[dict[str, int]]:
    """Ask what a scene would have found in the last days; it is run before long."""
    row = operations.ask(
        community=community,
        toml=body.toml,
        days=body.days,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(202, {"id": row.pk})


@router.get("/{community}/scenes/backtests", response=schemas.BackTests,
            auth=may("scenes.read"))  # fmt: skip
def backtests(request: Visit, community: str, wanted: Query[BackTestsWanted]) -> object:
    """List back-tests without their reports, the newest first."""
    found, after = queries.listed(community=community, scene=wanted.scene, wanted=wanted)
    return {"items": [schemas.backtest_out(one) for one in found], "next": after}


@router.get("/{community}/scenes/backtests/{id}", response=schemas.BackTestDetail,
            auth=may("scenes.read"), by_alias=True)  # fmt: skip
def backtest(request: Visit, community: str, id: int) -> object:
    """Return a back-test, how far it is, and its report when it is done."""
    return schemas.detail_out(queries.show(community=community, id=id, seen=request.auth.places))


@router.post("/{community}/scenes/backtests/{int:id}/cancel", response=schemas.BackTestDetail,
             auth=may_everywhere("scenes.write"), by_alias=True)  # fmt: skip
def cancel_backtest(request: Visit, community: str, id: int) -> object:
    """Cancel a back-test that waits or runs."""
    operations.cancel(community=community, id=id, now=timezone.now())
    return schemas.detail_out(queries.show(community=community, id=id, seen=request.auth.places))


@router.get("/{community}/scenes/proposals", response=schemas.Proposals,
            auth=may("scenes.read"))  # fmt: skip
def list_proposals(request: Visit, community: str, wanted: Query[ProposalsWanted]) -> object:
    """List limits proposed for scenes that cry wolf, the newest first: those nobody has decided, or
    of a state.
    """
    found, after = proposals.listed(
        community=community, state=wanted.state, scene=wanted.scene, wanted=wanted
    )
    return {"items": [schemas.proposal_out(one) for one in found], "next": after}


@router.post("/{community}/scenes/proposals/{id}/accept", response=schemas.ProposalOut,
             auth=may_everywhere("scenes.write"))  # fmt: skip
def accept(request: Visit, community: str, id: int, body: schemas.ProposalDecision) -> object:
    """Take a proposed limit over; of a scene of life safety it then waits for a second person."""
    operations.accept(
        community=community,
        id=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _proposal(community, id)


@router.post("/{community}/scenes/proposals/{id}/approve", response=schemas.ProposalOut,
             auth=may_everywhere("scenes.approve", fresh=Sensitive.SCENE))  # fmt: skip
def approve(request: Visit, community: str, id: int, body: schemas.ProposalDecision) -> object:
    """Let a proposed limit of a scene of life safety pass, as the second person."""
    operations.approve(
        community=community,
        id=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _proposal(community, id)


@router.post("/{community}/scenes/proposals/{id}/dismiss", response=schemas.ProposalOut,
             auth=may_everywhere("scenes.write"))  # fmt: skip
def dismiss(request: Visit, community: str, id: int, body: schemas.ProposalDecision) -> object:
    """Turn a proposed limit down."""
    operations.dismiss(
        community=community,
        id=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _proposal(community, id)


def _proposal(community: str, id: int) -> object:
    return schemas.proposal_out(proposals.show(community=community, id=id))
