"""Notices that other domains have posted."""

from linli.contracts.notices import Posting
from linli.domains.notices import operations
from linli.domains.notices.operations import pushing


def post(said: Posting) -> None:
    """Answer `contracts.notices.post`, in the transaction of who asks."""
    if said.rings:
        pushing.ring_account(
            community=said.community,
            account=int(said.to.removeprefix("account:")),
            kind=said.rings,
            source=said.source,
            now=said.now,
        )
    operations.post(
        community=said.community,
        to=said.to,
        place=said.place,
        text=said.text,
        severity=said.severity,
        source=said.source,
        now=said.now,
        link=said.link,
    )
