"""Prices that are no tariff, and take two persons as one does: whether those who live here pay in a
lot, and a permit that costs less than the lot's tariff says.
"""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from linli.contracts.changes import Change, as_text, between, line
from linli.contracts.parking import LotSet, PermitMoved
from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.domains.parking.logic.tariff import BadTariff
from linli.domains.parking.models import Lot, Permit
from linli.domains.parking.queries import lots, rights
from linli.foundation import ids
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.queries import Actor
from linli.foundation.money.operations import pricing
from linli.foundation.outbox import operations as outbox
from linli.kernel.money import in_yuan
from linli.kernel.words import Words

OF_RESIDENTS, OF_PERMIT = "parking_residents", "parking_permit"
FREE = "free"
"""The kind of a permit for which nothing is paid."""
_TOLD = (
    "name_zh", "name_en", "capacity", "hourly", "open", "residents_free", "leave_minutes",
    "offered_to", "cars_a_place",
)  # fmt: skip
_Fen = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Residents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether those who live here pay nothing in a lot."""

    free: bool


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What a month costs, and each car more than there are places."""

    month_fen: _Fen
    more_fen: _Fen

    def below(self, other: "Month") -> bool:
        """Tell whether any of it is less than of another."""
        return self.month_fen < other.month_fen or self.more_fen < other.more_fen


class PermitPrice(Month, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a permit is to cost, and until when it then lasts."""

    until: _Moment


_Said = TypeVar("_Said", Residents, PermitPrice)


def ask_residents(*, actor: Actor, lot: Lot, free: bool, now: datetime) -> int:
    """Ask that those who live here pay nothing in a lot, or pay again; return the number."""
    text = f"free = {str(free).lower()}\n"
    change = TariffChange(of=OF_RESIDENTS, where=lot.code, text=text, from_at=now)
    return _ask(actor, change, now)


def ask_permit(
    *, actor: Actor, permit: Permit, price: Month, until: datetime, now: datetime
) -> int:
    """Ask that a permit costs less than the tariff says, and lasts so long; return the number."""
    text = (
        f"month_fen = {price.month_fen}\nmore_fen = {price.more_fen}\nuntil = {until.isoformat()}\n"
    )
    change = TariffChange(of=OF_PERMIT, where=str(permit.pk), text=text, from_at=now)
    return _ask(actor, change, now)


def _ask(actor: Actor, change: TariffChange, now: datetime) -> int:
    row = pricing.propose(
        community=actor.community, change=change, reason="", by=actor.account, now=now
    )
    return int(row.pk)


def check_residents(community: str, change: TariffChange, now: datetime) -> Words:
    """Answer `contracts.tariffs.check`: what the second person reads.

    :raises LotNotFound: if there is none
    :raises BadTariff: if the text says something else
    """
    lot, said = lots.lot(community=community, code=change.where), _read(change.text, Residents)
    if said.free:
        return Words(
            zh=f"{lot.name.zh}：本小区住户停车由收费改为免费",
            en=f"{lot.name.en}: those who live here park for nothing from now on",
        )
    return Words(
        zh=f"{lot.name.zh}：本小区住户停车由免费改为按价目收费",
        en=f"{lot.name.en}: those who live here pay by the tariff from now on",
    )


def put_residents(agreed: TariffAgreed) -> None:
    """Answer `contracts.tariffs.put`, in the transaction of the decision.

    :raises LotNotFound: if there is none any more
    """
    change = agreed.change
    lot = lots.lot(community=agreed.community, code=change.where, lock=True)
    before, lot.residents_free = lot.residents_free, _read(change.text, Residents).free
    lot.save(update_fields=["residents_free"])
    told = Change(what="residents_free", before=as_text(before), after=as_text(lot.residents_free))
    changes = () if before is lot.residents_free else (told,)
    fact = LotSet(
        id=ids.new(), at=agreed.now, community=agreed.community, cause=agreed.cause, what="lot",
        code=lot.code, by=agreed.by, place=lot.where, changes=changes,
        approved_by=agreed.approved_by,
    )  # fmt: skip
    outbox.record(fact)
    note(lot=lot, account=agreed.by, changes=changes, now=agreed.now)


def check_permit(community: str, change: TariffChange, now: datetime) -> Words:
    """Answer `contracts.tariffs.check`: what the second person reads. Whose it is he is not told.

    :raises PermitNotFound: if there is none
    :raises BadTariff: if the text says something else
    """
    row, said = _permit(community, change), _read(change.text, PermitPrice)
    until, was, to = lots.local(said.until), row.month_fen, said.month_fen
    more_was, more_to = row.more_fen, said.more_fen
    zh = f"{row.lot.name.zh} 月租 {row.pk} 号（{row.places} 个车位）用到 {until:%Y-%m-%d}："
    en = f"{row.lot.name.en}, permit {row.pk} ({row.places} places) until {until:%Y-%m-%d}: "
    return Words(
        zh=f"{zh}每月 {in_yuan(was)} 元改为 {in_yuan(to)} 元，"
        f"多一辆 {in_yuan(more_was)} 元改为 {in_yuan(more_to)} 元",
        en=f"{en}{in_yuan(to)} yuan a month in place of {in_yuan(was)}, "
        f"{in_yuan(more_to)} in place of {in_yuan(more_was)} for a car more",
    )


def put_permit(agreed: TariffAgreed) -> None:
    """Answer `contracts.tariffs.put`, in the transaction of the decision.

    :raises PermitNotFound: if there is none any more
    :raises BadTariff: if it was ended meanwhile
    """
    row = _permit(agreed.community, agreed.change, lock=True)
    said = _read(agreed.change.text, PermitPrice)
    if row.ended_at is not None:
        raise BadTariff(reason=f"permit {row.pk} was ended")
    told = (
        f"month_fen: {row.month_fen} → {said.month_fen}; more_fen: {row.more_fen} → {said.more_fen}"
    )
    row.month_fen, row.more_fen = said.month_fen, said.more_fen
    row.until = max(row.until, said.until)
    row.save(update_fields=["month_fen", "more_fen", "until"])
    tell(permit=row, step="changed", by=agreed.by, now=agreed.now)
    audit.note(
        community=row.community, account=agreed.by, act=Act.WRITE, what=f"parking.Permit:{row.pk}",
        place=row.lot.where, cause=agreed.cause, words=told, now=agreed.now,
    )  # fmt: skip


def _permit(community: str, change: TariffChange, *, lock: bool = False) -> Permit:
    number = int(change.where) if change.where.isdecimal() else 0
    return rights.permit(community=community, id=number, lock=lock)


def _read(text: str, shape: type[_Said]) -> _Said:
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadTariff(reason=str(error)) from error


def changed(before: Lot | None, after: Lot) -> list[Change]:
    """Return what of a lot is otherwise now; of a new one all of it."""
    was = {name: as_text(getattr(before, name)) if before else "" for name in _TOLD}
    now = {name: as_text(getattr(after, name)) for name in _TOLD}
    was["place"], now["place"] = before.where if before else "", after.where
    return between(was, now)


def note(*, lot: Lot, account: int, changes: Sequence[Change], now: datetime) -> None:
    """Say on the trail what of a lot was changed."""
    if not changes:
        return
    audit.note(
        community=lot.community, account=account, act=Act.WRITE, what=f"parking.Lot:{lot.code}",
        place=lot.where, words=line(changes), now=now,
    )  # fmt: skip


def tell(*, permit: Permit, step: str, by: int | None, now: datetime) -> None:
    """Tell what became of a permit, in the transaction in which it became so."""
    outbox.record(
        PermitMoved(
            id=ids.new(),
            at=now,
            community=permit.community,
            permit=permit.pk,
            step=step,
            by=by,
            place=permit.lot.where,
        )
    )
