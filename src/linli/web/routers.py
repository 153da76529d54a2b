"""Every router of the API, in the order of the reference."""

from ninja import Router

from linli.domains.cases.http import router as cases
from linli.domains.cases.http_open311 import router as open311
from linli.domains.charging.http import router as charging
from linli.domains.charging.http_own import router as own_charging
from linli.domains.doors.http import router as doors
from linli.domains.doors.http_duty import router as duty_doors
from linli.domains.doors.http_household import router as household
from linli.domains.doors.http_own import router as own_doors
from linli.domains.exchange.http import router as exchange
from linli.domains.feeds.http import router as feeds
from linli.domains.home.http import router as home
from linli.domains.incidents.http import router as incidents
from linli.domains.notices.http import router as notices
from linli.domains.notices.http_push import router as notices_push
from linli.domains.openapi.http import router as openapi
from linli.domains.openapi.http_statements import router as statements
from linli.domains.openapi.http_webhooks import router as webhooks
from linli.domains.parking.http import router as parking
from linli.domains.parking.http_booths import router as parking_booths
from linli.domains.parking.http_driver import router as parking_driver
from linli.domains.parking.http_own import router as parking_own
from linli.domains.parking.http_rights import router as parking_rights
from linli.domains.parking.http_wishes import router as parking_wishes
from linli.domains.parking.http_zones import router as parking_zones
from linli.domains.releases.http import router as releases
from linli.domains.sos.http import router as sos
from linli.domains.tours.http import router as tours
from linli.domains.visits.http import router as visits
from linli.domains.visits.http_desk import router as visits_desk
from linli.domains.wallet.http import router as wallet
from linli.domains.wallet.http_cash import router as cash_desk
from linli.domains.wallet.http_finance import router as finance
from linli.foundation.approvals.http import router as approvals
from linli.foundation.consent.http import router as consent
from linli.foundation.identity.http import router as session
from linli.foundation.identity.http_codes import router as codes
from linli.foundation.identity.http_factors import router as factors
from linli.foundation.identity.http_links import router as links
from linli.foundation.rights.http import router as rights
from linli.registry.alarms.http import router as alarms
from linli.registry.campaigns.http import router as campaigns
from linli.registry.devices.http import router as devices
from linli.registry.fleet.http import router as fleet
from linli.registry.health.http import router as health
from linli.registry.imports.http import router as imports
from linli.registry.people.http import router as people
from linli.registry.people.http_consents import router as desk_consents
from linli.registry.pictures.http import router as pictures
from linli.registry.places.http import router as places
from linli.registry.scenes.http import router as scenes
from linli.registry.trials.http import router as trials
from linli.registry.trials.http_backtests import router as backtests
from linli.web.chain import router as chain
from linli.web.layers import router as layers
from linli.web.ngsi_ld import router as ngsi_ld
from linli.web.overview import router as overview
from linli.web.plan import router as plan
from linli.web.said import router as said
from linli.web.trail import router as audit

ROUTERS: list[tuple[str, Router]] = [
    ("", charging),
    ("", own_charging),
    ("", session),
    ("", factors),
    ("", codes),
    ("", links),
    ("", approvals),
    ("", rights),
    ("", audit),
    ("", consent),
    ("", alarms),
    ("", fleet),
    ("", campaigns),
    ("", health),
    ("", devices),
    ("", people),
    ("", desk_consents),
    ("", imports),
    ("", pictures),
    ("", places),
    ("", trials),
    ("", backtests),
    ("", scenes),
    ("", cases),
    ("", open311),
    ("", doors),
    ("", own_doors),
    ("", duty_doors),
    ("", household),
    ("", exchange),
    ("", feeds),
    ("", notices),
    ("", notices_push),
    ("", incidents),
    ("", openapi),
    ("", statements),
    ("", webhooks),
    ("", parking),
    ("", parking_booths),
    ("", parking_rights),
    ("", parking_zones),
    ("", parking_wishes),
    ("", parking_own),
    ("", parking_driver),
    ("", releases),
    ("", home),
    ("", sos),
    ("", tours),
    ("", visits),
    ("", visits_desk),
    ("", wallet),
    ("", cash_desk),
    ("", finance),
    ("", chain),
    ("", overview),
    ("", plan),
    ("", layers),
    ("", ngsi_ld),
    ("", said),
]
