"""Reads of bays: which of them a camera sees, and who charged there last."""

from django.db.models import Q

from linli.domains.charging.models import Connector, Session
from linli.domains.charging.queries import ConnectorNotFound
from linli.registry.people.models import Vehicle


def at_bay(*, community: str, camera: str, lane: str) -> Connector:
    """Return the connector of the bay that a camera sees, or that is this lane of it.

    :raises ConnectorNotFound: if it sees none, or nobody can say which
    """
    rows = Connector.rows.of(community).filter(camera=camera, camera_lane__in={lane, ""})
    row = rows.select_related("device").order_by("-camera_lane").first() if camera else None
    if row is None:
        raise ConnectorNotFound(connector=f"{camera} {lane}".strip()[:48])
    return row


def sees_bays(*, community: str, camera: str) -> bool:
    """Tell whether a device is the camera of charging bays."""
    return bool(camera and Connector.rows.of(community).filter(camera=camera).exists())


def newest_of(*, connector: Connector, car: Vehicle) -> Session | None:
    """Return the last charging at a connector that may be a car's: its own, or one that its owner
    began by phone or card, which does not say of which car.
    """
    may_be = Q(vehicle=car) | Q(vehicle=None, person=car.owner_id)
    rows = Session.rows.of(connector.community).filter(may_be, connector=connector)
    return rows.order_by("-pk").first()
