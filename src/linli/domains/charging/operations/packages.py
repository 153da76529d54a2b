"""Energy bought beforehand: paid out of the wallet; what is left of it is paid back."""

from datetime import datetime, timedelta

from django.db import transaction

from linli.contracts.money import OrderRefunded
from linli.domains.charging import queries
from linli.domains.charging.models import Bought
from linli.domains.charging.operations import purse
from linli.foundation.money import operations as money
from linli.kernel.fault import Fault


class NothingLeft(Fault):
    key = "charging.nothing_left"


@transaction.atomic
def buy(*, community: str, person: int, site: str, package: str, now: datetime) -> Bought:
    """Sell a package to somebody, out of his wallet.

    :raises queries.SiteNotFound, queries.PackageNotFound: if it is not sold there
    :raises money.NotEnough: if there is less in the wallet
    """
    where = queries.site(community=community, code=site)
    tariff, _ = queries.tariff_of(site=where, now=now)
    found = tariff.package(package)
    if found is None:
        raise queries.PackageNotFound(package=package[:40])
    row = Bought.rows.create(
        community=community,
        site=where,
        person_id=person,
        package=found.id,
        name_zh=found.name.zh,
        name_en=found.name.en,
        price_fen=found.price_fen,
        energy_wh=found.energy_wh,
        left_wh=found.energy_wh,
        from_at=now,
        until=now + timedelta(days=found.days),
    )
    row.order = purse.pay_package(
        community=community,
        person=person,
        number=row.pk,
        title=found.name,
        fen=found.price_fen,
        now=now,
    )
    row.save(update_fields=["order"])
    return row


@transaction.atomic
def give_back(
    *, community: str, person: int, package: int, by: int | None, now: datetime
) -> Bought:
    """Pay back what is left of a package: its share of the price, rounded down. Once only.

    :raises queries.PackageNotFound: if it is none of his
    :raises NothingLeft: if nothing is left of it, or it was paid back
    """
    row = queries.own_package(community=community, person=person, id=package)
    fen = row.price_fen * row.left_wh // row.energy_wh
    if row.refunded_at is not None or not fen or row.order is None:
        raise NothingLeft(package=row.pk)
    money.refund(
        community=community,
        order=row.order,
        fen=fen,
        reason="unused",
        key=f"package:{row.pk}",
        by=by,
        now=now,
    )
    row.refunded_at, row.left_wh = now, 0
    row.save(update_fields=["refunded_at", "left_wh"])
    return row


@transaction.atomic
def refunded(fact: OrderRefunded) -> bool:
    """Take from a package what of its price went back otherwise, as by somebody of finance: no
    energy is both paid back and used. Return whether it was one.
    """
    if fact.kind != purse.PACKAGE:
        return False
    rows = Bought.rows.of(fact.community).select_for_update()
    row = rows.filter(order=fact.order, refunded_at=None).first()
    if row is None:
        return False
    row.left_wh = max(0, row.left_wh + row.energy_wh * -fact.fen // row.price_fen)
    if fact.refunded_fen >= row.price_fen or not row.left_wh:
        row.left_wh, row.refunded_at = 0, fact.at
    row.save(update_fields=["left_wh", "refunded_at"])
    return True
