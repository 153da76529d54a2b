"""Cases that other domains want opened: one for each fact."""

from linli.contracts.cases import CaseAsked, CaseBrief, CaseState
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import assigning
from linli.domains.cases.logic.kinds import GENERAL, CaseKind
from linli.domains.cases.models import Case
from linli.domains.cases.operations import joining, opening, recording
from linli.domains.cases.operations.dispatching import dispatch_waiting


def ask(asked: CaseAsked) -> CaseBrief:
    """Answer `contracts.cases.ask`, in the transaction of who asks. An emergency is filed and
    dispatched at once; an unknown kind becomes `general`. What a scene told of as well, just before
    or after, is one case (`joining`).
    """
    fact = asked.fact
    row = queries.case_of_effect(community=fact.community, effect=fact.id) or _same(asked)
    if row is None:
        row = opening.opened(_case(asked), by=recording.SYSTEM, now=fact.at)
        if asked.severity in assigning.EMERGENCIES:
            opening.file(row, fact.at)
            dispatch_waiting(community=fact.community, now=fact.at)
            row = queries.case_by_id(community=fact.community, id=row.pk)
    return CaseBrief(id=row.pk, number=row.number, state=CaseState(row.state))


def _same(asked: CaseAsked) -> Case | None:
    return joining.join(
        kind=_kind(asked), device=asked.device, fact=asked.fact, note=asked.description,
        by_scene=False,
    )  # fmt: skip


def _kind(asked: CaseAsked) -> CaseKind:
    kinds = ports.case_kinds()
    return kinds.get(asked.kind) or kinds[GENERAL]


def _case(asked: CaseAsked) -> Case:
    kind = _kind(asked)
    return Case(
        community=asked.fact.community,
        kind=kind.id,
        title=kind.name.zh,
        title_en=kind.name.en,
        description=asked.description.zh,
        description_en=asked.description.en,
        matter=kind.matter,
        severity=asked.severity,
        place=asked.place,
        device=asked.device,
        effect=asked.fact.id,
        cause=asked.fact.id,
        group=asked.to or kind.skill,
        event_code=kind.event_code,
    )
