"""Notices that other domains have posted."""

from linli.contracts.notices import Posting
from linli.domains.notices import operations


def post(said: Posting) -> None:
    """Answer `contracts.notices.post`, in the transaction of who asks."""
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
