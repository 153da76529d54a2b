"""Charging in 和睦里: charge points of OCPP in garage 1, piles of YKC in garage 2, cameras at some
of either; what both garages hang on; and the sockets of the first shed.
"""

from collections.abc import Sequence
from datetime import datetime

from linli.app.demo.bays import SEEN, Eye
from linli.domains.charging import feeders, queries
from linli.domains.charging.operations import feeding, setting
from linli.domains.charging.operations.feeding import NewFeeder
from linli.domains.charging.operations.setting import NewConnector, NewSite
from linli.registry.devices import queries as devices

_FEEDER = NewFeeder(
    code="garages", name_zh="地下车库充电供电", name_en="Supply of the garages", limit_a=160
)
_SITES = (
    NewSite(
        code="ev-g1",
        name_zh="1号地下车库充电区",
        name_en="Garage 1 charging bay",
        kind="ev",
        place="hml/g1/z1",
        tariff="ev_by_hour",
        limit_a=80,
        feeder="garages",
    ),
    NewSite(
        code="ev-g2",
        name_zh="2号地下车库充电区",
        name_en="Garage 2 charging bay",
        kind="ev",
        place="hml/g2/z1",
        tariff="ev_by_hour",
        feeder="garages",
    ),
    NewSite(
        code="shed-1",
        name_zh="1号车棚充电",
        name_en="Shed 1 charging",
        kind="ebike",
        place="hml/shed-1",
        tariff="ebike_by_hour",
    ),
)
_UNSEEN = Eye("", "")
_MODEL = {"ev": "ev_charger", "ebike": "ebike_socket"}
_MOST_A = {"ev": 32.0, "ebike": 5.0}


def seed(*, community: str, now: datetime) -> None:
    """Set up the sites with what stands there; sown twice it is once."""
    there = {site.code for site in queries.sites(community=community)}
    if not feeders.is_there(community=community, code=_FEEDER.code):
        feeding.add(community=community, feeder=_FEEDER)
    for site in _SITES:
        if site.code not in there:
            setting.add_site(community=community, site=site, now=now)
            _connectors(community, site)


def _connectors(community: str, site: NewSite) -> None:
    codes = _codes(community, site)
    for number, code in enumerate(codes, start=1):
        camera, lane = SEEN.get(code, _UNSEEN)
        new = NewConnector(
            device=code,
            label=f"{'A' if site.kind == 'ev' else ''}{number:02}",
            phases="123" if site.kind == "ev" else "1",
            most_a=_MOST_A[site.kind],
            camera=camera,
            camera_lane=lane,
        )
        setting.add_connector(community=community, site=site.code, connector=new)


def _codes(community: str, site: NewSite) -> Sequence[str]:
    return sorted(
        devices.codes_of_models(community=community, models=[_MODEL[site.kind]], place=site.place)
    )
