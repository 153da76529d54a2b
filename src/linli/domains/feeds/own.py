"""What feeds hold on who subscribed to them, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held
from linli.domains.feeds.models import Feed
from linli.foundation.privacy.telling import row_told, span
from linli.kernel.words import Words


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return the feeds that somebody has or had, the newest, `most` at most."""
    rows = Feed.rows.of(community).filter(account=account).order_by("-pk")[:most]
    return [
        row_told(
            row, kind=Words(zh="日历订阅", en="subscribed calendar"), record=row.kind,
            said={"account": span(row.made_at, row.revoked_at)},
            names={"account": Words(zh="订阅时间", en="subscribed")},
            kept=Words(zh="账号存续期间", en="as long as the account is there"),
        )
        for row in rows
    ]  # fmt: skip
