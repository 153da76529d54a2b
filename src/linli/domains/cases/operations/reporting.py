"""A report that comes in by Open311: what its form says, put as a report of ours."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from linli.contracts.cases import Matter
from linli.domains.cases import ports
from linli.domains.cases.logic import open311
from linli.domains.cases.models import Case
from linli.domains.cases.operations import opening
from linli.foundation.identity.queries import Actor
from linli.registry.places import queries as places
from linli.registry.places.models import Place

PURPOSE = "report"
_LONGEST = {"description": 4000, "title": 200, "contact": 32, "media_url": 500}


def report(*, actor: Actor, form: Mapping[str, str], now: datetime) -> Case:
    """Take a report. A contact is kept only where the form names the purpose `report` for it.

    :raises UnknownService: if there is no such kind of case
    :raises NowhereHere: if its place is none of the community
    :raises NoPurpose: if it gives a contact and no purpose
    :raises OddField: if a field is none of the service's, or holds what it may not
    """
    code = form.get("service_code", "")
    if code not in ports.case_kinds():
        raise open311.UnknownService(service=code[:64])
    more = open311.attributes(form)
    return opening.report(
        actor=actor,
        report=opening.Report(
            kind=code,
            place=_place(actor, form).path,
            title=_short("title", more.get("title", "")),
            description=_description(form),
            matter=Matter(more["matter"]) if "matter" in more else None,
            contact=_contact(form),
        ),
        now=now,
    )


def _description(form: Mapping[str, str]) -> str:
    said = _short("description", form.get("description", "").strip())
    picture = _short("media_url", form.get("media_url", "").strip())
    if picture and not picture.startswith(("https://", "http://")):
        raise open311.OddField(field="media_url", value=picture[:40])
    return "\n".join(part for part in (said, picture) if part)


def _contact(form: Mapping[str, str]) -> str:
    given = (form.get(name, "").strip() for name in ("phone", "email"))
    contact = _short("contact", next((one for one in given if one), ""))
    if contact and form.get("purpose") != PURPOSE:
        raise open311.NoPurpose(purpose=PURPOSE)
    return contact


def _short(field: str, text: str) -> str:
    if len(text) > _LONGEST[field]:
        raise open311.OddField(field=field, value=f"{text[:20]}…")
    return text


def _place(actor: Actor, form: Mapping[str, str]) -> Place:
    """Return where it is: by its path, its position, or its name in full."""
    if path := form.get("address_id", ""):
        found = places.by_path(community=actor.community, paths=[path[:200]]).get(path)
    elif form.get("lat") or form.get("long"):
        found = places.at(community=actor.community, position=_position(form))
    else:
        found = places.of_name(community=actor.community, name=form.get("address_string", ""))
    if found is None:
        raise open311.NowhereHere
    return found


def _position(form: Mapping[str, str]) -> tuple[float, float]:
    try:
        lon, lat = float(form.get("long", "")), float(form.get("lat", ""))
    except ValueError:
        raise open311.OddField(field="lat, long", value="") from None
    if not (isfinite(lon) and isfinite(lat)):
        raise open311.OddField(field="lat, long", value="")
    return lon, lat
