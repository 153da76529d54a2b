"""Both lists of a day laid side by side."""

from collections.abc import Mapping

import msgspec

from linli.domains.exchange.ports import Listed


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of messages: that they have not, though we hold their receipt; that they have, though
    we hold none; that they sent and we have not; and whose bodies differ.
    """

    missing_there: list[str]
    unreceipted: list[str]
    missing_here: list[str]
    differing: list[str]

    @property
    def mended(self) -> int:
        """How many are mended without a person."""
        return len(self.missing_there) + len(self.unreceipted) + len(self.missing_here)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.mended + len(self.differing)


def compare(
    *,
    out: Mapping[str, tuple[str, bool]],
    came: Mapping[str, str],
    received: Listed,
    sent: Listed,
) -> Differences:
    """Compare our messages out (number → digest, and whether we hold a receipt) and in (number →
    digest) with what they list as received and sent.
    """
    theirs, told = dict(received), dict(sent)
    differing = [one for one, (digest, _) in out.items() if theirs.get(one, digest) != digest]
    differing += [one for one, digest in told.items() if came.get(one, digest) != digest]
    return Differences(
        missing_there=sorted(one for one, (_, held) in out.items() if held and one not in theirs),
        unreceipted=sorted(
            one for one, (digest, held) in out.items() if not held and theirs.get(one) == digest
        ),
        missing_here=sorted(set(told) - set(came)),
        differing=sorted(set(differing)),
    )
