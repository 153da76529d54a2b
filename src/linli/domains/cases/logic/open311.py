"""Cases as Open311 GeoReport v2 has them: services, requests, and how both are written.

Modelled on the specification at wiki.open311.org/GeoReport_v2 and its OpenAPI description, read
second-hand. Answers are arrays, in JSON or XML; what is unknown is null, in XML an empty element.
Positions are WGS 84.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, tostring

from linli.contracts.cases import CaseState, Matter
from linli.domains.cases.logic.kinds import CaseKind
from linli.domains.cases.logic.steps import OVER, STATES
from linli.kernel.fault import Fault

SPAN_DAYS = 90
MOST = 1000
"""What a list answers when nobody says otherwise: the requests of ninety days, a thousand of them.
"""
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
_MATTERS = {Matter.OWN: "自家事", Matter.SHARED: "大家事", Matter.PUBLIC: "公家事"}


class Form(StrEnum):
    """In which form an answer is written."""

    JSON = "json"
    XML = "xml"


MEDIA_TYPES = {Form.JSON: "application/json", Form.XML: "application/xml"}


class UnknownService(Fault):
    key = "cases.open311_service"
    status = 404


class UnknownRequest(Fault):
    key = "cases.open311_request"
    status = 404


class OtherJurisdiction(Fault):
    """The jurisdiction that was named is not the community of the address."""

    key = "cases.open311_jurisdiction"
    status = 404


class NowhereHere(Fault):
    """What was said of the place names none of this community; in GCJ-02 a position lies beside."""

    key = "cases.open311_nowhere"
    status = 400


class NoPurpose(Fault):
    """A contact was given without the purpose for which it may be kept."""

    key = "cases.open311_purpose"
    status = 400


class OddField(Fault):
    """A field is not one of this service's, or does not hold what it may."""

    key = "cases.open311_field"
    status = 400


def service(kind: CaseKind, language: str) -> dict[str, object]:
    """Return a kind of case as a service. All are `realtime`: the number comes with the answer."""
    return {
        "service_code": kind.id,
        "service_name": kind.name.in_(language),
        "description": f"{kind.name.zh} · {kind.name.en}",
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(kind.id.split(".")),
        "group": kind.id.partition(".")[0],
    }


def definition(kind: CaseKind) -> dict[str, object]:
    """Return what a service asks beside what every service does."""
    values = [{"key": str(key), "name": name} for key, name in _MATTERS.items()]
    return {
        "service_code": kind.id,
        "attributes": [
            _attribute("title", "string", "标题 Title", order=1),
            _attribute("matter", "singlevaluelist", "谁家的事 Whose", order=2, values=values),
        ],
    }


def _attribute(
    code: str, datatype: str, words: str, *, order: int, values: Sequence[object] = ()
) -> dict[str, object]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": "",
        "order": order,
        "description": words,
        "values": list(values),
    }


def status(state: CaseState) -> str:
    """Return `open` or `closed`."""
    return "closed" if state in OVER else "open"


def states(statuses: Sequence[str]) -> list[CaseState]:
    """Return the states that these statuses stand for; none is all.

    :raises OddField: if one is neither
    """
    if unknown := set(statuses) - {"open", "closed"}:
        raise OddField(field="status", value=sorted(unknown)[0][:40])
    return [state for state in CaseState if not statuses or status(state) in statuses]


def status_notes(state: CaseState, language: str) -> str:
    """Return what people here call the state."""
    return STATES[state].in_(language)


def attributes(form: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of a form by their codes.

    :raises OddField: if one is not of our services
    """
    found = {name[10:-1]: value for name, value in form.items() if name.startswith("attribute[")}
    if unknown := set(found) - {"title", "matter"}:
        raise OddField(field=f"attribute[{sorted(unknown)[0][:40]}]", value="")
    if found.get("matter", "own") not in set(Matter):
        raise OddField(field="attribute[matter]", value=found["matter"][:40])
    return found


def written(items: Sequence[Mapping[str, object]], *, form: Form, names: tuple[str, str]) -> bytes:
    """Return an answer in a form; `names` are those of the list and of an item in XML."""
    if form is Form.JSON:
        return json.dumps(items, ensure_ascii=False, default=str).encode()
    root = Element(names[0])
    for item in items:
        _into(SubElement(root, names[1]), item)
    said: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return said


_OF_MANY = {"attributes": "attribute", "values": "value"}


def _into(element: Element, value: object) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _into(SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _into(SubElement(element, _OF_MANY[element.tag]), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _UNWRITABLE.sub("", str(value))
