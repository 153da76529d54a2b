"""What the audit trail holds on whoever did something, as he may read it himself."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings

from linli.contracts.privacy import Held
from linli.foundation.audit import queries as trail
from linli.foundation.privacy.telling import moment, row_told
from linli.kernel.words import Words
from linli.web import told


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return what somebody did and read here, the newest, `most` at most."""
    days = settings.AUDIT_DAYS
    return [
        row_told(
            line, kind=Words(zh="操作记录", en="what you did"), said={"account": told.title(line)},
            record=moment(datetime.fromtimestamp(line.at_us / 1e6, UTC)),
            names={"account": Words(zh="做了什么", en="what")},
            kept=Words(zh=f"审计记录保存 {days} 天", en=f"the trail is kept for {days} days"),
        )
        for line in trail.lines(community=community, account=account, limit=most)
    ]  # fmt: skip
