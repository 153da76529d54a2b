"""Lists within something, narrowed lists, and lists in the shapes of other standards: each with the
addresses of things that are there, behind which `growing` puts as many rows as tables allow.
"""

import msgspec
from django.apps import apps

from linli.web.doors import doors
from tests.proof.calling import filled, plain
from tests.proof.world import SCENE, role_for


class Part(msgspec.Struct, frozen=True):
    """A door, what fills its holes and its query: `app.Model.field` of the first row, or a text.
    One with a `body` is asked by POST: what is sought stands in no address.
    """

    path: str
    holes: dict[str, str] = {}
    query: dict[str, str] = {}
    role: str = ""
    body: dict[str, str] = {}


PARTS = [
    # within something
    Part("/{community}/alarms/{id}/pictures", {"id": "alarms.Alarm.pk"}),
    Part("/{community}/bulk/{id}", {"id": "fleet.Bulk.pk"}),
    Part("/{community}/campaigns/{id}/devices", {"id": "campaigns.Campaign.pk"}),
    Part("/{community}/cases/{case}", {"case": "cases.Case.pk"}),
    Part("/{community}/cases/{case}/history", {"case": "cases.Case.pk"}),
    Part("/{community}/cells/{id}", {"id": "places.Place.pk:kind=cell"}),
    Part("/{community}/charging/sites/{site}/tariffs", {"site": "charging.Site.code"}),
    Part("/{community}/credentials/{credential}/steps", {"credential": "doors.Credential.pk"}),
    Part("/{community}/devices/{code}", {"code": "devices.Device.code"}),
    Part("/{community}/devices/{code}/pictures", {"code": "devices.Device.code"}),
    Part("/{community}/finance/accounts/{code}/lines", {"code": "money.LedgerAccount.code"}),
    Part("/{community}/incidents/{id}/notes", {"id": "incidents.Incident.pk"}),
    Part("/{community}/parking/lots/{lot}/bays", {"lot": "parking.Lot.code"}),
    Part("/{community}/parking/lots/{lot}/tariffs", {"lot": "parking.Lot.code"}),
    Part("/{community}/places/{place}/detail", {"place": "hml/b03/u1/f02/201"}),
    Part("/{community}/scenes/{id}/shadow", {"id": SCENE}),
    Part("/{community}/scenes/{id}/versions", {"id": SCENE}),
    Part("/{community}/sos/{call}", {"call": "sos.Call.pk"}),
    Part("/{community}/sos/{call}/record", {"call": "sos.Call.pk"}),
    Part("/{community}/third-parties/{party}", {"party": "openapi.ThirdParty.pk"}),
    Part(
        "/{community}/third-parties/{party}/webhooks/{webhook}/deliveries",
        {"party": "openapi.ThirdParty.pk", "webhook": "openapi.Subscription.pk"},
    ),
    # narrowed
    Part("/{community}/alarms", query={"device": "alarms.Alarm.device", "state": ""}),
    Part("/{community}/alarms", query={"scene": SCENE, "state": "closed"}),
    Part("/{community}/audit", query={"act": "refusal"}),
    Part("/{community}/audit", query={"purpose": "service"}),
    Part("/{community}/audit", query={"purpose": "nobody"}),
    Part("/{community}/audit", query={"what": "person:1"}),
    Part("/{community}/audit", query={"account": "1"}),
    Part("/{community}/audit", query={"who": "manager-hml-"}),
    Part("/{community}/cases", query={"place": "hml/b03", "open": "true"}),
    Part("/{community}/charging/sessions", query={"site": "charging.Site.code"}),
    Part("/{community}/commands", query={"device": "devices.Command.device"}),
    Part("/{community}/devices", query={"q": "zzz"}),
    Part("/{community}/devices", query={"place": "hml/p1"}),
    Part("/{community}/door-rights", query={"door": "devices.Device.code"}),
    Part("/{community}/health", query={"place": "hml/p1"}),
    Part("/{community}/households", query={"place": "hml/b03"}),
    Part("/{community}/parking/stays", query={"lot": "parking.Lot.code"}),
    Part("/{community}/parking/stays", query={"plate": "浙A12345"}),
    Part("/{community}/passages", query={"door": "devices.Device.code"}),
    Part("/{community}/people", query={"place": "hml/b03/u1/f02/201"}),
    Part("/{community}/people", query={"group": "lone_elder"}),
    Part("/{community}/places", query={"kind": "room", "under": "hml/b03"}),
    Part("/{community}/search", body={"q": "周"}),
    Part("/{community}/visits/search", body={"phone": "13800138000"}),
    Part("/{community}/credentials/search", body={"number": "0012345678"}),
    Part("/{community}/twin", query={"place": "hml/p1"}),
    Part("/{community}/visits", query={"state": "expected"}),
    # in the shapes of others
    Part("/{community}/layers/alarms"),
    Part("/{community}/layers/cases"),
    Part("/{community}/layers/devices"),
    Part("/{community}/layers/places"),
    Part("/{community}/layers/devices", query={"bbox": "0,0,0.001,0.001"}),
    Part("/{community}/layers/places", query={"bbox": "0,0,0.001,0.001"}),
    Part("/{community}/map"),
    Part("/{community}/ngsi-ld/v1/entities", query={"type": "Device"}),
    Part("/{community}/ngsi-ld/v1/entities", query={"type": "Alert"}),
    Part("/{community}/open311/requests.{form}", {"form": "json"}),
]


def name_of(part):
    """Return what a part is called: its path, and by what it is narrowed."""
    said = part.query | part.body
    narrowed = "&".join(f"{key}={value}" for key, value in said.items())
    return f"{part.path}?{narrowed}" if narrowed else part.path


def door_of(part):
    """Return the door of a part."""
    method = "POST" if part.body else "GET"
    [found] = [one for one in doors() if one.method == method and plain(one.path) == part.path]
    return found


def answered(client, part, address, query):
    """Return what a part answers at an address."""
    if part.body:
        return client.post(address, part.body, content_type="application/json")
    return client.get(address, query)


def role_of(part):
    """Return whose eyes see the most through it."""
    return part.role or role_for(door_of(part))


def address_of(part, *, community):
    """Return where a part is asked for; none where there is nothing to be asked of."""
    holes = {name: _known(said, community) for name, said in part.holes.items()}
    query = {name: _known(said, community) for name, said in part.query.items()}
    if None in (*holes.values(), *query.values()):
        return None, {}
    return filled(part.path, community=community, **holes), query


def _known(said, community):
    """Return a text as it is, and of `app.Model.field:key=value` the first row's."""
    name, _, narrowed = said.partition(":")
    if name.count(".") != 2 or not name.split(".")[1][:1].isupper():
        return said
    app, model, field = name.split(".")
    rows = apps.get_model(app, model)._base_manager.filter(community=community)
    key, _, value = narrowed.partition("=")
    rows = rows.filter(**{key: value}) if key else rows
    return rows.order_by("pk").values_list(field, flat=True).first()
