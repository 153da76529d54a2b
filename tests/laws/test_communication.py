"""docs/security/communication.md names whoever takes or makes a connection, each setting that names
a place, and each field of the API by which somebody may name one.
"""

import ast
import json
import re
from functools import cache

from tests.laws.source import PACKAGE, ROOT, paths
from tests.proof.calling import description

PAGE = ROOT / "docs" / "security" / "communication.md"
SETTINGS = ROOT / "docs" / "reference" / "settings.md"
CALLED = {
    "create_connection", "create_datagram_endpoint", "create_server", "create_server_context",
    "ClientSession", "connect_ex", "open_connection", "start_server", "start_unix_server",
}  # fmt: skip
"""By what a connection is opened or taken, however it is imported."""
IMPORTED = {
    "aiortc.RTCPeerConnection", "av", "nats.aio.client.Client", "paho.mqtt.client", "psycopg",
    "starlette.websockets.WebSocket", "termios", "uvicorn", "websockets.asyncio.server.serve",
    "xknx.XKNX",
}  # fmt: skip
"""Libraries that do it for us."""
NAMES_A_PLACE = re.compile(
    r"`(LINLI_\w*(?:URL|DATABASE|ISSUER|SYSLOG|INSIDE|OUTSIDE|HOSTS|CODES|PUSH|PLAIN_DEVICES|PROXY"
    r"|ORIGINS|SCANNER))`"
)
OURS = {"LINLI_HOSTS"}
"""Names that a caller may say, and no place of anybody's."""
FIELDS = {"connect", "endpoint", "host", "uri", "url"}
_WORD = re.compile(
    r"\b(" + "|".join(sorted(CALLED | {re.split(r"[.]", one)[0] for one in IMPORTED})) + r")\b"
)
_MODULE = re.compile(r"`((?:[a-z_0-9]+/)+(?:[a-z_0-9]+\.py)?)`")


def aside(where):
    """Tell whether a module is of the demo, of its peers, or of what tries the product out."""
    return where.startswith(("app/demo/", "app/rehearsal/", "app/checks.py")) or bool(
        re.search(r"(^|/|_)peer(_\w+)?\.py$", where)
    )


def connects(tree):
    """Tell whether a module opens or takes a connection."""
    for node in ast.walk(tree):
        names = set()
        if isinstance(node, ast.Call):
            names = {getattr(node.func, "attr", getattr(node.func, "id", ""))}
        if isinstance(node, ast.Import):
            names = {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        if names & (CALLED | IMPORTED):
            return True
    return False


def connecting():
    """Return the modules that do; only those in whose text one of the words stands are parsed."""
    found = []
    for path in paths():
        where, text = str(path.relative_to(PACKAGE)), path.read_text("utf-8")
        if not aside(where) and _WORD.search(text) and connects(ast.parse(text)):
            found.append(where)
    return found


def page():
    return PAGE.read_text("utf-8")


@cache
def told():
    """Return the description of the API, to be read alone."""
    return description()


@cache
def schemas_of_bodies():
    """Return (schema, field) of whatever a caller may send in a body."""
    bodies = [
        door["requestBody"]
        for way in told()["paths"].values()
        for door in way.values()
        if isinstance(door, dict) and "requestBody" in door
    ]
    todo, seen, found = re.findall(r"#/components/schemas/(\w+)", json.dumps(bodies)), set(), []
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            shape = told()["components"]["schemas"][name]
            todo += re.findall(r"#/components/schemas/(\w+)", json.dumps(shape))
            found += [(name, field) for field in shape.get("properties", {})]
    return found


def test_names_every_module_that_takes_or_makes_a_connection():
    told = set(_MODULE.findall(page()))
    folders = tuple(name for name in told if name.endswith("/"))

    found = connecting()

    assert [one for one in found if one not in told and not one.startswith(folders)] == []
    assert len(found) > 30


def test_names_no_module_that_is_not_there():
    told = set(_MODULE.findall(page()))

    assert [name for name in told if not (PACKAGE / name).exists()] == []


def test_names_every_setting_that_names_a_place():
    settings = set(NAMES_A_PLACE.findall(SETTINGS.read_text("utf-8"))) - OURS

    assert sorted(name for name in settings if f"`{name}`" not in page()) == []
    assert len(settings) > 12


def test_names_every_field_by_which_somebody_may_name_a_place():
    fields = {f"{name}.{field}" for name, field in schemas_of_bodies() if field in FIELDS}

    assert sorted(one for one in fields if f"`{one}`" not in page()) == []
    assert len(fields) > 4
