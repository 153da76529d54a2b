"""What is done once a second person let it pass, by kind. Other kinds are used by who asked."""

from collections.abc import Callable, Mapping

from linli.contracts import approvals
from linli.domains.notices import operations as notices
from linli.foundation.rights import operations as rights
from linli.registry.fleet import operations as fleet
from linli.registry.places import operations as places

CARRIED: Mapping[str, Callable[[approvals.LetPass], None]] = {
    approvals.RIGHTS: rights.carry,
    approvals.DELETION: places.carry_removal,
    approvals.MASS_MESSAGE: notices.carry,
    approvals.BULK_COMMAND: fleet.carry,
}


def carry_out(passed: approvals.LetPass) -> None:
    """Do it, in the transaction of the decision; nothing for a kind that its asker uses."""
    carry = CARRIED.get(passed.kind)
    if carry is not None:
        carry(passed)
