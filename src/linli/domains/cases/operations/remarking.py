"""What other domains have to say of a case: written into its history."""

from linli.contracts.cases import CaseRemark
from linli.domains.cases import queries
from linli.domains.cases.operations import recording


def remark(said: CaseRemark) -> None:
    """Answer `contracts.cases.remark`, in the transaction of who asks.

    :raises CaseNotFound: if there is no such case
    """
    row = queries.case_by_id(community=said.fact.community, id=said.case, lock=True)
    by = recording.By(account=said.by, name=said.by_name)
    recording.remarked(row=row, step=said.step, fact=said.fact, note=said.note, by=by)
