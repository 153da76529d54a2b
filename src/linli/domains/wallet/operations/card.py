"""The one card at a terminal: it pays, it is given back, it is rewarded. A terminal that asks again
under the same id is answered the same, and nothing happens twice.
"""

from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.asking import Told
from linli.contracts.doors import Bearer, Way, bearer_of
from linli.contracts.money import Line
from linli.domains.wallet import logic, queries
from linli.domains.wallet.models import CardAsk, Terminal
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.foundation.vault import kept
from linli.kernel.words import Words

_SAME_DAY = timedelta(hours=24)
_LASTS = timedelta(minutes=5)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal asks: of whose card (`way`, `shown`) or of which ask of its own (`of`), how
    much, and what for.
    """

    community: str
    device: str
    ask: str
    kind: str
    way: str = ""
    shown: str = ""
    of: str = ""
    fen: int
    what: str = ""

    def digests(self) -> list[str]:
        """Return by what the same question is known again, as it is kept now first; what was shown
        cannot be found out from it without this installation's own key.
        """
        return _keyed((self.kind, self.way, self.shown, self.of, self.fen, self.what))


def _keyed(said: tuple[object, ...]) -> list[str]:
    words = msgspec.json.encode(said).decode()
    return [kept.under(key, words).hex() for key in kept.passing(use="linli.wallet.ask")]


class _No(Exception):
    """It is refused; the word that the terminal is told."""


def ask(*, shown: Shown, now: datetime) -> Told:
    """Do what a terminal asks, in one transaction, and return the answer; what is refused is kept
    too. Where the device is no terminal nothing is; one that was, and did not hear its answer, is
    told it still.
    """
    at = queries.terminal(community=shown.community, device=shown.device)
    if at is None:
        found = _before(shown)
        return Told(ok=False, reason="no_terminal") if found is None else _told(found)
    try:
        with transaction.atomic():
            return _told(_before(shown) or _answer(at, shown, now))
    except IntegrityError:
        found = _before(shown)
        if found is None:
            raise
        return _told(found)


def _told(row: CardAsk) -> Told:
    body = {} if row.left_fen is None else {"left_fen": row.left_fen}
    return Told(ok=row.ok, reason=row.reason, body=body)


def _before(shown: Shown) -> CardAsk | None:
    found = queries.asked(community=shown.community, device=shown.device, ask=shown.ask)
    if found is not None and found.digest not in shown.digests():
        found.ok, found.reason, found.left_fen = False, "other_question", None
    return found


def _answer(at: Terminal, shown: Shown, now: datetime) -> CardAsk:
    row = CardAsk(
        community=shown.community,
        device=shown.device,
        ask=shown.ask,
        kind=shown.kind,
        digest=shown.digests()[0],
        merchant=at.merchant,
        fen=shown.fen,
        what=shown.what,
        at=now,
    )
    row.save(force_insert=True)
    try:
        with transaction.atomic():
            _ASKS[shown.kind](at, shown, row, now)
        row.ok = True
    except _No as refused:
        row.reason, row.order, row.mark = str(refused), None, ""
    except money.NotEnough:
        row.reason, row.order, row.mark = "not_enough", None, ""
    if row.subject and row.reason != "unknown_card":
        row.left_fen = ledger.balance(community=row.community, account=logic.wallet_of(row.subject))
    row.save()
    return row


def _spend(at: Terminal, shown: Shown, row: CardAsk, now: datetime) -> None:
    if not 0 < shown.fen <= at.most_fen:
        raise _No("too_much")
    _bearer(shown, row, now)
    title = shown.what or at.merchant.name_zh
    order = money.open_order(
        community=row.community,
        kind=logic.SPEND,
        about=f"card:{row.pk}",
        title=Words(zh=title, en=shown.what or at.merchant.name.en),
        payer=logic.wallet_of(row.subject),
        payee=f"income:{at.merchant.trade}",
        shares=logic.shares(
            merchant=at.merchant.code,
            fen=shown.fen,
            share_permille=at.merchant.share_permille,
        ),
        fen=shown.fen,
        expires_at=now + _LASTS,
        now=now,
    )
    money.pay_from_wallet(community=row.community, order=order.pk, now=now)
    row.order = order.pk


def _refund(_at: Terminal, shown: Shown, row: CardAsk, now: datetime) -> None:
    """Give back what was spent at this terminal within a day."""
    spent = queries.asked(community=row.community, device=row.device, ask=shown.of)
    if spent is None or not spent.ok or spent.order is None or spent.kind != logic.SPEND:
        raise _No("no_such_spend")
    if now - spent.at > _SAME_DAY:
        raise _No("too_late")
    row.subject, row.order = spent.subject, spent.order
    try:
        money.refund(
            community=row.community,
            order=spent.order,
            fen=shown.fen,
            reason="在终端退款",
            key=f"card:{row.pk}",
            now=now,
        )
    except money.TooMuch:
        raise _No("too_much") from None


def _credit(at: Terminal, shown: Shown, row: CardAsk, now: datetime) -> None:
    """Reward whose card it is, within what the terminal may give on a day."""
    money.lock(community=row.community, codes=[f"cost:{at.merchant.trade}"])
    given = queries.credited_fen(community=row.community, device=row.device, now=now)
    if shown.fen <= 0 or given + shown.fen > at.credits_fen:
        raise _No("too_much")
    _bearer(shown, row, now)
    money.post(
        community=row.community,
        key=f"card:{row.pk}",
        lines=[
            Line(f"cost:{at.merchant.trade}", -shown.fen),
            Line(logic.wallet_of(row.subject), shown.fen),
        ],
        reason=logic.CREDIT,
        about=f"card:{row.pk}",
        now=now,
    )


_ASKS = {"card.spend": _spend, "card.refund": _refund, "card.credit": _credit}
KINDS = frozenset(_ASKS)


def _bearer(shown: Shown, row: CardAsk, now: datetime) -> None:
    """Write down whose card it is: `person:12`, `staff:3`. A QR code is used up by it."""
    found = bearer_of(shown.community, shown.way, shown.shown, now)
    if found is None:
        raise _No("unknown_card")
    row.subject = f"person:{found.person}" if found.person is not None else f"staff:{found.staff}"
    if shown.way == Way.QR:
        _use_up(row, found)


def _use_up(row: CardAsk, found: Bearer) -> None:
    """Let a QR code serve once, to pay or to be rewarded, at whichever terminal and however it is
    spelt; a card serves as often as it is shown.
    """
    row.mark, *before = _keyed((Way.QR, found.code))
    if before and CardAsk.rows.of(row.community).filter(mark__in=before).exists():
        row.mark = ""
        raise _No("used")
    try:
        with transaction.atomic():
            row.save(update_fields=["mark"])
    except IntegrityError:
        raise _No("used") from None
