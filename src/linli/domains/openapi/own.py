"""What the open API holds on whom third parties act for, as he may read it himself."""

from collections.abc import Iterator, Sequence

from linli.contracts.privacy import Held
from linli.domains.openapi.logic.offered import SCOPES
from linli.domains.openapi.models import Agreement, Deed
from linli.domains.openapi.operations.metering import DEEDS_KEPT
from linli.foundation.privacy.telling import after, moment, row_told, span
from linli.kernel.words import Words, alike

_SCOPES = Words(zh="同意的范围", en="what it may")
_DEED = Words(zh="以您的名义所做", en="done in your name")


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return the third parties that somebody let act for him, and what they did in his name: of
    each the newest, `most` at most.
    """
    return [*_agreed(community, account, most), *_done(community, account, most)]


def _agreed(community: str, account: int, most: int) -> Iterator[Held]:
    rows = Agreement.rows.of(community).filter(account=account).select_related("party")
    for row in rows.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="同意的第三方", en="third party that you let in"),
            record=row.party.name, names={"account": _SCOPES},
            said={"given_at": span(row.given_at, row.withdrawn_at), "account": _named(row.scopes)},
            kept=Words(zh="账号存续期间", en="as long as the account is there"),
        )  # fmt: skip


def _done(community: str, account: int, most: int) -> Iterator[Held]:
    days = DEEDS_KEPT.days
    rows = Deed.rows.of(community).filter(account=account).select_related("party")
    for row in rows.order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="第三方代办", en="done by a third party"),
            record=after(alike(row.party.name), moment(row.at)), names={"account": _DEED},
            said={"account": row.act},
            kept=Words(zh=f"{days} 天后删除", en=f"deleted after {days} days"),
        )  # fmt: skip


def _named(scopes: Sequence[str]) -> Words:
    words = [SCOPES.get(one, alike(one)) for one in scopes]
    return Words(zh="、".join(one.zh for one in words), en=", ".join(one.en for one in words))
