"""A door makes one domain call: it translates, and decides nothing."""

import ast

from tests.laws.source import PACKAGE, modules

DOORS = {"http.py", "handlers.py", "jobs.py"}
DOMAIN = {"operations", "queries"}


def domain_calls(function):
    """Yield `operations.x` and `queries.x` called in a function; refusals raised are no calls."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_verb = node.func.attr.islower()
            if is_verb and isinstance(owner, ast.Name) and owner.id in DOMAIN:
                yield f"{owner.id}.{node.func.attr}"


def is_door(function):
    return any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute)
        and isinstance(d.func.value, ast.Name) and "router" in d.func.value.id
        for d in function.decorator_list
    )  # fmt: skip


def test_each_door_makes_one_domain_call():
    busy = {}
    for path, tree in modules():
        if path.name not in DOORS or path.parent.parent.name not in {
            "domains",
            "registry",
            "foundation",
        }:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and is_door(node):
                calls = list(domain_calls(node))
                if len(calls) > 1:
                    busy[f"{path.relative_to(PACKAGE)} {node.name}"] = calls

    assert busy == {}
