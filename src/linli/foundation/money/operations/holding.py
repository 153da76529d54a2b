"""An amount set aside out of a wallet, before it is known what will be used of it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.money import Line
from linli.foundation import ids
from linli.foundation.money import logic, queries
from linli.foundation.money.models import Hold, Order
from linli.foundation.money.operations.ordering import paid
from linli.foundation.money.operations.posting import KeyUsed, post
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class HoldClosed(Fault):
    """It was used or given back before, otherwise."""

    key = "money.hold_closed"


class HoldTooSmall(Fault):
    """More is to be taken than was set aside: `short_fen` are missing."""

    key = "money.hold_too_small"


def hold(
    *,
    community: str,
    wallet: str,
    what: str,
    fen: int,
    key: str,
    about: str,
    by: int | None = None,
    cause: str = "",
    now: datetime,
) -> Hold:
    """Set an amount aside out of a wallet, in `held:<what>`; with the same key once only.

    :raises BadAccount, BadAmount: if the wallet or the amount is none
    :raises KeyUsed: if the key was used for something else
    :raises NotEnough: if there is less in the wallet
    """
    if logic.family(wallet) != "wallet":
        raise logic.BadAccount(account=wallet)
    found = _before(community, key, wallet, fen)
    if found is not None:
        return found
    row = Hold(
        community=community,
        key=key,
        wallet=wallet,
        what=what,
        about=about,
        fen=logic.amount(fen),
        cause=cause,
        at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            post(
                community=community,
                key=f"hold:{row.pk}",
                lines=[Line(wallet, -fen), Line(f"held:{what}", fen)],
                reason=f"{what}.hold",
                about=about,
                by=by,
                cause=cause,
                now=now,
            )
    except IntegrityError:
        found = _before(community, key, wallet, fen)
        if found is None:
            raise
        return found
    return row


def _before(community: str, key: str, wallet: str, fen: int) -> Hold | None:
    found = queries.hold_keyed(community=community, key=key)
    if found is not None and (found.wallet, found.fen) != (wallet, fen):
        raise KeyUsed(key=key)
    return found


@transaction.atomic
def capture(
    *,
    community: str,
    hold: int,
    fen: int,
    kind: str,
    title: Words,
    payee: str,
    shares: Sequence[Line] = (),
    by: int | None = None,
    cause: str = "",
    now: datetime,
) -> Order:
    """Take what was used and give back the rest, in one posting; return the paid order that says
    what for. Taken again it is taken once.

    :param fen: what was used, more than nothing (else `release`)
    :raises HoldNotFound: if there is none of this number
    :raises HoldClosed: if another amount was taken, or all was given back
    :raises HoldTooSmall: if more is to be taken than was set aside
    """
    row = queries.hold(community=community, id=hold, lock=True)
    logic.amount(fen)
    if not row.open and (row.taken_fen != fen or row.order_id is None):
        raise HoldClosed(hold=row.pk)
    if not row.open:
        return queries.order(community=community, id=int(row.order_id or 0))
    if fen > row.left_fen:
        raise HoldTooSmall(short_fen=fen - row.left_fen)
    order = Order(
        community=community,
        number=ids.new(),
        kind=kind,
        about=row.about,
        title_zh=title.zh[:120],
        title_en=title.en[:120],
        payer=row.wallet,
        payee=payee,
        shares=[msgspec.to_builtins(one) for one in shares],
        fen=fen,
        opened_at=now,
        expires_at=now,
        cause=cause or row.cause,
    )
    paid(order, way="wallet", now=now)
    earned = logic.shared_out(payee=payee, shares=shares, of_fen=fen, part_fen=fen)
    _close(row, fen=fen, earned=earned, order=order, by=by, cause=cause, now=now)
    return order


@transaction.atomic
def release(
    *, community: str, hold: int, by: int | None = None, cause: str = "", now: datetime
) -> Hold:
    """Give all back that was set aside; given back twice it is given back once.

    :raises HoldNotFound: if there is none of this number
    :raises HoldClosed: if some of it was used
    """
    row = queries.hold(community=community, id=hold, lock=True)
    if not row.open and row.taken_fen:
        raise HoldClosed(hold=row.pk)
    if row.open:
        _close(row, fen=0, earned=[], order=None, by=by, cause=cause, now=now)
    return row


def _close(
    row: Hold,
    *,
    fen: int,
    earned: list[Line],
    order: Order | None,
    by: int | None,
    cause: str,
    now: datetime,
) -> None:
    rest = row.left_fen - fen
    back = [Line(row.wallet, rest)] if rest else []
    post(
        community=row.community,
        key=f"hold:{row.pk}:closed",
        lines=[Line(f"held:{row.what}", -(fen + rest)), *earned, *back],
        reason=order.kind if order else f"{row.what}.release",
        about=f"order:{order.pk}" if order else row.about,
        by=by,
        cause=cause or row.cause,
        now=now,
    )
    row.taken_fen, row.back_fen = row.taken_fen + fen, row.back_fen + rest
    row.open, row.closed_at, row.order = False, now, order
    row.save()
