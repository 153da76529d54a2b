"""Cases that other domains want opened: one for each fact."""

from linli.contracts.cases import CaseAsked, CaseBrief, CaseState
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import assigning
from linli.domains.cases.logic.kinds import GENERAL
from linli.domains.cases.models import Case
from linli.domains.cases.operations import opening, recording
from linli.domains.cases.operations.dispatching import dispatch_waiting


def ask(asked: CaseAsked) -> CaseBrief:
    """Answer `contracts.cases.ask`, in the transaction of who asks. An emergency is filed and
    dispatched at once; an unknown kind becomes `general`.
    """
    fact = asked.fact
    row = queries.case_of_effect(community=fact.community, effect=fact.id)
    if row is None:
        row = opening.opened(_case(asked), by=recording.SYSTEM, now=fact.at)
        if asked.severity in assigning.EMERGENCIES:
            opening.file(row, fact.at)
            dispatch_waiting(community=fact.community, now=fact.at)
            row = queries.case_by_id(community=fact.community, id=row.pk)
    return CaseBrief(id=row.pk, number=row.number, state=CaseState(row.state))


def _case(asked: CaseAsked) -> Case:
    kinds = ports.case_kinds()
    kind = kinds.get(asked.kind) or kinds[GENERAL]
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
