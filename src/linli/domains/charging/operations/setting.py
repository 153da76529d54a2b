"""Sites, what stands there, what all of it may draw, and what it costs."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.tariffs import TariffAgreed, TariffChange, TariffPut
from linli.domains.charging import feeders, ports, queries
from linli.domains.charging.logic import tariffs
from linli.domains.charging.logic.tariffs import Tariff
from linli.domains.charging.models import Connector, Feeder, Site, TariffVersion
from linli.domains.charging.operations import sharing
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places


class CodeTaken(Fault):
    key = "charging.code_taken"


class NotACharger(Fault):
    key = "charging.not_a_charger"
    status = 422


class Indoors(Fault):
    """E-bikes are not charged inside buildings."""

    key = "charging.indoors"
    status = 422


class TooSoon(Fault):
    key = "charging.tariff_too_soon"
    status = 422


class OtherKind(Fault):
    key = "charging.tariff_of_other_kind"
    status = 422


class CameraTaken(Fault):
    """This lane of the camera is another bay's."""

    key = "charging.camera_taken"


class CameraOfParking(Fault):
    """What it reads belongs to a lane or a zone of parking."""

    key = "charging.camera_of_parking"


class NewSite(msgspec.Struct, frozen=True, kw_only=True):
    """A site as it is set up; `limit_a` 0 is no limit, `feeder` the code of what it hangs on with
    others, if on any.
    """

    code: str
    name_zh: str
    name_en: str
    kind: str
    place: str
    tariff: str
    limit_a: float = 0
    feeder: str = ""
    pays: str = "hold"


class NewConnector(msgspec.Struct, frozen=True, kw_only=True):
    """A plug or socket as it is set up; `camera` and `camera_lane` as its table has them."""

    device: str
    label: str
    phases: str = "123"
    most_a: float = 32
    camera: str = ""
    camera_lane: str = ""


_SERVICE = {"ev": "charge.start", "ebike": "socket.restore"}
_INDOORS = {"building", "unit", "floor", "room"}
"""Kinds of place inside a building: hall, stairs, home."""


@transaction.atomic
def add_site(*, community: str, site: NewSite, now: datetime) -> Site:
    """Set up a site.

    :raises tariffs.BadTariff: if the catalogue has no such tariff
    :raises OtherKind: if it is for the other kind of vehicle
    :raises Indoors: if e-bikes were to charge inside a building
    :raises CodeTaken: if there is one of this code
    :raises feeders.FeederNotFound: if there is no such feeder
    """
    place = places.place(community=community, path=site.place)
    if site.kind == "ebike" and place.kind in _INDOORS:
        raise Indoors(place=place.path)
    row = Site(
        community=community,
        code=site.code,
        name_zh=site.name_zh,
        name_en=site.name_en,
        kind=site.kind,
        place=place,
        tariff=site.tariff,
        feeder=_feeder(community, site.feeder),
        limit_da=round(site.limit_a * 10),
        pays=site.pays,
    )
    _check_kind(queries.tariff_of(site=row, now=now)[0], row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken(code=site.code) from None
    return row


@transaction.atomic
def add_connector(*, community: str, site: str, connector: NewConnector) -> Connector:
    """Set up a plug or a socket that a device shows.

    :raises queries.SiteNotFound: if there is no such site
    :raises devices.DeviceNotFound: if there is no such device
    :raises NotACharger: if it cannot be told to charge what charges there
    :raises Indoors: if e-bikes were to charge inside a building
    :raises CodeTaken: if the device, or the label, stands already
    :raises CameraTaken, CameraOfParking: as `set_camera` says
    """
    where = queries.site(community=community, code=site)
    device = devices.device(community=community, code=connector.device)
    if _SERVICE[where.kind] not in devices.model(id=device.model).services:
        raise NotACharger(device=device.code)
    if where.kind == "ebike" and device.place.kind in _INDOORS:
        raise Indoors(place=device.place.path)
    row = Connector(
        community=community,
        site=where,
        device=device,
        label=connector.label,
        phases=connector.phases,
        most_da=round(connector.most_a * 10),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken(code=connector.device) from None
    return _seen_by(row, connector.camera, connector.camera_lane)


@transaction.atomic
def set_camera(*, community: str, site: str, device: str, camera: str, lane: str = "") -> Connector:
    """Say which camera reads plates at the bay of a connector, and which lane of it that is where
    it sees several; none (empty) any more.

    :raises queries.ConnectorNotFound: if the device shows none of this site
    :raises devices.DeviceNotFound: if there is no such camera
    :raises CameraTaken: if this lane of it is another bay's
    :raises CameraOfParking: if it is at a lane or a zone of parking
    """
    row = queries.connector(community=community, device=device, lock=True)
    if row.site.code != site:
        raise queries.ConnectorNotFound(connector=device[:48])
    return _seen_by(row, camera, lane)


def _seen_by(row: Connector, camera: str, lane: str) -> Connector:
    if camera:
        devices.device(community=row.community, code=camera)
        if ports.reads_for_parking(row.community, camera):
            raise CameraOfParking(camera=camera)
    row.camera, row.camera_lane = camera, lane.lstrip("0") if camera else ""
    try:
        with transaction.atomic():
            row.save(update_fields=["camera", "camera_lane"])
    except IntegrityError:
        raise CameraTaken(camera=camera) from None
    return row


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What of a site is to be otherwise; what is None stays. `feeder` empty: it hangs on none."""

    limit_a: float | None = None
    feeder: str | None = None
    pays: str | None = None
    name: Words | None = None


def change_site(*, community: str, site: str, changes: Changes, now: datetime) -> Site:
    """Change how a site is called, what it may draw and hangs on, or how it is paid; the load is
    shared anew, that of the feeder on which it hung before too.

    :raises queries.SiteNotFound: if there is no such site
    :raises feeders.FeederNotFound: if there is no such feeder
    """
    row, before = _changed(community, site, changes)
    beside = feeders.sites_of(community=community, feeders=before)
    sites = {row.pk, *(one.pk for one in beside)}
    sharing.share_each(community=community, sites=sites, now=now)
    return row


@transaction.atomic
def _changed(community: str, site: str, changes: Changes) -> tuple[Site, list[int]]:
    row = queries.site(community=community, code=site, lock=True)
    before = [] if row.feeder_id is None else [row.feeder_id]
    if changes.limit_a is not None:
        row.limit_da = round(changes.limit_a * 10)
    if changes.feeder is not None:
        row.feeder = _feeder(community, changes.feeder)
    row.pays = changes.pays or row.pays
    if changes.name is not None:
        row.name_zh, row.name_en = changes.name.zh, changes.name.en
    row.save()
    return row, before


def _feeder(community: str, code: str) -> Feeder | None:
    return feeders.feeder(community=community, code=code) if code else None


def check_tariff(community: str, change: TariffChange, now: datetime) -> Words:
    """Return what a change of a tariff comes to, in words for whoever agrees to it.

    :raises queries.SiteNotFound, tariffs.BadTariff, OtherKind: if it cannot be put in force
    :raises TooSoon: if it begins before now
    """
    site = queries.site(community=community, code=change.where)
    tariff = tariffs.load(change.text)
    _check_kind(tariff, site)
    if change.from_at < now:
        raise TooSoon(at=change.from_at.isoformat())
    return _told(site, tariff)


@transaction.atomic
def put_tariff(agreed: TariffAgreed) -> None:
    """Put a tariff in force that two persons agreed on; what charges now keeps its own."""
    change = agreed.change
    site = queries.site(community=agreed.community, code=change.where, lock=True)
    _check_kind(tariffs.load(change.text), site)
    version = TariffVersion.rows.of(agreed.community).filter(site=site).count() + 1
    TariffVersion.rows.create(
        community=agreed.community,
        site=site,
        version=version,
        text=change.text,
        from_at=change.from_at,
        by_id=agreed.by,
        approved_by_id=agreed.approved_by,
    )
    outbox.record(
        TariffPut(
            id=ids.new(),
            at=agreed.now,
            community=agreed.community,
            cause=agreed.cause,
            of="charging",
            where=site.code,
            version=version,
            from_at=change.from_at,
            by=agreed.by,
            approved_by=agreed.approved_by,
        )
    )


def _check_kind(tariff: Tariff, site: Site) -> None:
    if tariff.kind != site.kind:
        raise OtherKind(tariff=tariff.id, site=site.code)


def _told(site: Site, tariff: Tariff) -> Words:
    prices = [
        f"{one.from_min // 60:02}:{one.from_min % 60:02}–{one.to_min // 60:02}:{one.to_min % 60:02}"
        f" {one.electricity_e4 / 10_000:.4f}+{one.service_e4 / 10_000:.4f}"
        for one in tariff.stretches
    ]
    return Words(
        zh=f"{site.name.zh}：{tariff.name.zh}；每千瓦时电费+服务费（元）：" + "；".join(prices),
        en=f"{site.name.en}: {tariff.name.en}; yuan a kWh, electricity + service: "
        + "; ".join(prices),
    )
