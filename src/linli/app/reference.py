"""The generated pages that tell of thing models, the API and the roles."""

from collections.abc import Iterator

from linli.app import catalogue
from linli.contracts.approvals import KINDS
from linli.devices.model import ThingModel
from linli.foundation.identity.roles import PERMISSIONS
from linli.foundation.identity.sensitive import ONCE_A_SHIFT, SENSITIVE
from linli.web.api import api as the_api
from linli.web.doors import doors


def devices() -> str:
    """Return the page of thing models."""
    models = sorted(catalogue.load().models.values(), key=lambda m: (m.category, m.id))
    lines = ["# 设备模型 · Thing models", "", f"{len(models)} models in `catalog/devices/`.", ""]
    for model in models:
        lines += [f"## {model.name.zh} · {model.name.en}", ""]
        lines += [f"`{model.id}` · {model.category} · {model.lane} · every {model.period}", ""]
        lines += [*_points(model), ""]
    return "\n".join(lines)


def _points(model: ThingModel) -> Iterator[str]:
    for name, item in model.properties.items():
        span = f", {item.range[0]:g} – {item.range[1]:g}" if item.range else ""
        unit = f" ({item.unit})" if item.unit else ""
        values = f": {', '.join(item.values)}" if item.values else ""
        yield f"- property `{name}`{unit} {item.name.zh} · {item.name.en}{span}{values}"
    for name, event in model.events.items():
        yield f"- event `{name}` {event.name.zh} · {event.name.en}"
    for name, service in model.services.items():
        undone = f", undone by `{service.inverse}`" if service.inverse else ""
        arguments = f" ({', '.join(service.arguments)})" if service.arguments else ""
        yield f"- service `{name}`{arguments} {service.name.zh} · {service.name.en}{undone}"


def api() -> str:
    """Return the list of doors of the API."""
    schema = the_api.get_openapi_schema()
    lines = [
        "# 接口 · API",
        "",
        "The full description is `./linli openapi` (OpenAPI, JSON), also served",
    ]
    lines += ["at `/api/v1/openapi.json`.", "", "| method | path | what |", "|---|---|---|"]
    for path, methods in schema["paths"].items():
        for method, door in methods.items():
            words = str(door.get("description") or door.get("summary") or "").partition("\n")[0]
            lines.append(f"| {method.upper()} | `{path}` | {words} |")
    return "\n".join(lines)


def permissions() -> str:
    """Return the table of roles and what they may do."""
    every = sorted(frozenset().union(*PERMISSIONS.values()))
    lines = ["# 角色与权限 · Roles and permissions", ""]
    lines += ["| | " + " | ".join(PERMISSIONS) + " |", "|---" * (len(PERMISSIONS) + 1) + "|"]
    for permission in every:
        marks = " | ".join("✓" if permission in own else "" for own in PERMISSIONS.values())
        lines.append(f"| `{permission}` | {marks} |")
    return "\n".join([*lines, *_second_persons(), *_doors()])


def _second_persons() -> Iterator[str]:
    yield from ["", "## 双人审批 · What takes two persons", ""]
    yield "One person asks, another lets it pass; what nobody decides within the hours lapses. What"
    yield "each kind is about: [approvals](../explanation/identity.md)."
    yield from ["", "| kind | 名称 | name | permission | who lets it pass | hours |"]
    yield "|---" * 6 + "|"
    for key, kind in KINDS.items():
        who = ", ".join(role for role, own in PERMISSIONS.items() if kind.approves in own)
        names = f"{kind.name.zh} | {kind.name.en}"
        yield f"| `{key}` | {names} | `{kind.approves}` | {who} | {kind.hours} |"


def _doors() -> Iterator[str]:
    yield from ["", "## 每个接口要什么 · What each door asks", ""]
    yield "A permission opens its door at the places for which it was given; with *everywhere*,"
    yield "only to who has it in the whole community; with *fresh*, only within five minutes of"
    yield "showing a factor, or within eight hours where the act is once a shift, for it is a"
    yield "sensitive act; in brackets, only where the address says so. Where several are named, the"
    yield "first that is held opens it."
    yield from ["", "| fresh | 敏感操作 | sensitive act |", "|---|---|---|"]
    for act, words in SENSITIVE.items():
        zh, en = ("（每班一次）", " (once a shift)") if act in ONCE_A_SHIFT else ("", "")
        yield f"| `{act}` | {words.zh}{zh} | {words.en}{en} |"
    yield from ["", "| method | path | who | |", "|---|---|---|---|"]
    for door in doors():
        who = ", ".join(f"`{name}`" for name in door.permissions) or door.passes or "anybody"
        more = ["everywhere"] if door.everywhere else []
        when = f" (`{door.when}`)" if door.when else ""
        more += [f"fresh: {door.fresh}{when}"] if door.fresh else []
        yield f"| {door.method} | `{door.path}` | {who} | {', '.join(more)} |"
