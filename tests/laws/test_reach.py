"""A role that holds at a place writes nothing beyond it."""

import ast

from tests.laws.source import PACKAGE, modules

UNSAFE = {"post", "put", "patch", "delete"}
NO_PLACE = {
    "run_stories": "writes nothing",
    "check": "writes nothing: a number is looked at",
    "read_draft": "writes nothing",
    "write_draft": "writes nothing",
    "run_draft": "writes nothing",
    "withdraw": "takes back what the asker himself asked for, there",
    "report_position": "writes where the asker himself is",
}
"""Doors that have no place to ask about, and why."""


def doors(tree):
    """Yield (function, decorator) of each door that may change something."""
    for node in tree.body:
        for given in getattr(node, "decorator_list", []):
            made = isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute)
            if made and given.func.attr in UNSAFE:
                yield node, given


def scoped(door, decorator):
    guard = next(ast.unparse(k.value) for k in decorator.keywords if k.arg == "auth")
    return guard.startswith("may_everywhere(") or "request.auth.places" in ast.unparse(door)


def registry_doors():
    return [(p, t) for p, t in modules() if p.match("registry/*/http.py")]


def test_a_door_that_changes_something_asks_where():
    unscoped = [
        f"{path.relative_to(PACKAGE)} {door.name}"
        for path, tree in registry_doors()
        for door, decorator in doors(tree)
        if door.name not in NO_PLACE and not scoped(door, decorator)
    ]

    assert len(registry_doors()) >= 6
    assert unscoped == []


def test_the_doors_made_by_kind_ask_where():
    [tree] = [tree for path, tree in registry_doors() if path.parent.name == "people"]
    [made] = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "_open"]

    said = ast.unparse(made)

    assert "may_everywhere('register.write')" in said
    assert said.count(", write, ") == said.count("'POST'") + said.count("'PATCH'")
