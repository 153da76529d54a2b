"""Every list comes in pages: whoever asks for one says from where on and how many, and is told how
to go on. A list without pages is named here, and why it cannot grow.
"""

from tests.proof.calling import description

BOUNDED = {
    # what came with the system: no row of a community makes it longer
    "/models": "the catalogue",
    "/protocols": "the catalogue",
    "/purposes": "the catalogue",
    "/{community}/case-kinds": "the catalogue",
    "/{community}/me/wards": "the children of one's home, and whom one was made guardian of",
    "/{community}/charging/tariffs": "the catalogue",
    "/{community}/picture-purposes": "the catalogue",
    "/{community}/roles": "the catalogue",
    "/{community}/scenes": "the catalogue, and the few scenes that a community writes itself",
    "/{community}/scenes/conflicts": "one line for what stands against what among those scenes",
    "/{community}/open311/services.{form}": "the catalogue",
    "/{community}/open311/services/{code}.{form}": "the fields of one kind",
    # what one person has, of which he may have few
    "/session/codes": "the last codes, which only a demo shows",
    "/session/links": "one's own links to other systems, one for each system",
    "/sessions": "one's own sessions, ten at most",
    "/{community}/feeds": "one's own calendars, twenty at most",
    "/{community}/my/charging/plates": "the plates of one's own cars",
    "/{community}/duty/credentials": "one's own cards and PINs at work, a hundred at most",
    "/{community}/duty/doors": "the doors to which one was given a right at work",
    "/{community}/my/doors": "the doors of one's own home and the way to it",
    "/{community}/my/home": "one's own homes",
    "/{community}/my/push": "one's own browsers, ten at most",
    "/{community}/my/sos": "what one called for or what rings now, fifty at most",
    "/{community}/tours/mine": "the tours that one may walk within hours, fifty at most",
    "/{community}/webhooks": "where a third party is called, ten at most",
    "/{community}/my/household": "who lives in one's own home",
    "/{community}/people/{id}/consents": "one line a purpose",
    "/{community}/cases/{case}/authorisations": "what one reporter lets go, fifty at most",
    # what one thing has, kept short by who keeps it
    "/{community}/alarms/{id}/pictures": "what one camera took within ten seconds, fifty at most",
    "/{community}/devices/{code}/frames": "the last frames that the live half remembers",
    "/{community}/devices/{code}/history": "so many steps as were asked for, 2000 at most",
    "/{community}/devices/{code}/software": "one line a kind of software",
    "/{community}/my/parking/stays/{stay}/pictures": "what cameras took of one car at one stay",
    "/{community}/open311/requests/{number}.{form}": "one, in a list as GeoReport v2 has it",
    "/{community}/open311/tokens/{token}.{form}": "one, in a list as GeoReport v2 has it",
    # sums, and the best that a search finds
    "/{community}/finance/income": "a line a day and account, three months at most",
    "/{community}/parking/coupons/shops": "a line a shop that gave coupons in thirty days",
    "/{community}/finance/wallets": "the best that a search finds; others are sought more narrowly",
}  # fmt: skip

AS_THE_STANDARD_SAYS = {
    "/{community}/ngsi-ld/v1/entities": {"limit", "offset"},
    "/{community}/open311/requests.{form}": {"page", "page_size"},
}
"""Pages asked for in another standard's words."""

LISTS = ("items", "features")


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def lists(document):
    """Yield the path of each GET that answers a list, what it takes, and what it answers."""
    for path, doors in document["paths"].items():
        for door in [doors["get"]] if "get" in doors else []:
            taken = {one["name"] for one in door.get("parameters", ()) if one["in"] == "query"}
            for said in door["responses"].get("200", {}).get("content", {}).values():
                shape = resolved(document, said.get("schema", {}))
                told = shape.get("properties", {})
                parts = [resolved(document, told.get(name, {})).get("type") for name in LISTS]
                if "array" in (shape.get("type"), *parts):
                    yield path.removeprefix("/api/v1"), taken, set(told)


def test_each_list_comes_in_pages_or_cannot_grow():
    found = list(lists(description()))

    whole = {path for path, taken, told in found if not {"cursor", "limit"} <= taken}
    mute = {path for path, taken, told in found if "cursor" in taken and "next" not in told}
    other = {path: taken for path, taken, _ in found if path in AS_THE_STANDARD_SAYS}
    assert whole == BOUNDED.keys() | AS_THE_STANDARD_SAYS.keys()
    assert mute == set()
    assert all(words <= other[path] for path, words in AS_THE_STANDARD_SAYS.items())
    assert len(found) > 100
