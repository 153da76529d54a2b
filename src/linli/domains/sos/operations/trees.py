"""Call trees, as the manager lays them down."""

from collections.abc import Sequence

import msgspec
from django.db import transaction

from linli.domains.sos import logic
from linli.domains.sos.models import Tree
from linli.kernel.fault import Fault
from linli.registry.places import queries as places

_LEAST_S, _MOST_S, _MOST_RUNGS = 5, 600, 12


class BadTree(Fault):
    """A call tree that could leave somebody alone: `field` names what is wrong."""

    key = "sos.bad_tree"
    status = 422


@transaction.atomic
def put_tree(*, community: str, place: str, rungs: Sequence[logic.Rung], siren: bool) -> Tree:
    """Lay down the call tree of a place; without rungs the one above it holds again.

    :raises places.PlaceNotFound: if there is no such place
    :raises BadTree: if a rung makes no sense, or none reaches who works here
    """
    where = places.place(community=community, path=place)
    if not rungs:
        Tree.rows.of(community).filter(place=where).delete()
        return Tree(community=community, place=where, rungs=[], siren=False)
    check_tree(rungs)
    row, _ = Tree.rows.of(community).update_or_create(
        place=where,
        defaults={"rungs": [msgspec.structs.asdict(one) for one in rungs], "siren": siren},
    )
    return row


def check_tree(rungs: Sequence[logic.Rung]) -> None:
    """See that a call tree leaves nobody alone.

    :raises BadTree: if a rung makes no sense, or none reaches who works here
    """
    if len(rungs) > _MOST_RUNGS:
        raise BadTree(field="rungs")
    for rung in rungs:
        if rung.whom not in logic.WHOM:
            raise BadTree(field="whom")
        if not _LEAST_S <= rung.wait_s <= _MOST_S:
            raise BadTree(field="wait_s")
        if rung.whom in {logic.NEAREST, logic.DUTY} and not rung.target:
            raise BadTree(field="target")
    if all(rung.whom == logic.FAMILY for rung in rungs):
        raise BadTree(field="rungs")
