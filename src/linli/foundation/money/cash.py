"""What of the cash in the desk came and went through somebody's hands."""

from datetime import datetime

from django.db.models import Sum

from linli.foundation.money.models import PostingLine

_IN_THE_DESK = "cash"


def taken(*, community: str, by: int, since: datetime, until: datetime) -> int:
    """Return how much cash somebody took at a desk, less what he gave out, in fen: negative where
    he gave out more. Both ends of the span count.
    """
    rows = PostingLine.rows.of(community).filter(
        posting__by=by,
        posting__at__gte=since,
        posting__at__lte=until,
        account__family=_IN_THE_DESK,
    )
    return -int(rows.aggregate(fen=Sum("fen"))["fen"] or 0)
