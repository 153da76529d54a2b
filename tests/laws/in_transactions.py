"""Who calls what must be called in a transaction, and opens none: read from the source.

A function *wants* a transaction when it names one that does, outside of every block that opens one
and without opening one for the whole of itself. Its own callers are asked next, and so on up. To
name a function is to call it: what is handed on, or stands in a table, is called by whoever finds
it there. Where nobody is left to ask, the want was never met.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass
class Function:
    """A function by its full name, or the body of a module: what it names while no transaction of
    its own is open, and what within one.
    """

    name: str
    names: set[str] = field(default_factory=set)
    within: set[str] = field(default_factory=set)


def unmet(trees: Mapping[str, ast.Module], *, wanted: Iterable[str]) -> list[str]:
    """Return the functions, or modules, whose want of a transaction nobody meets.

    :param trees: modules by their full names; a package by its own
    :param wanted: full names of what must be called in a transaction
    """
    aliases = {name: _imported(tree) for name, tree in trees.items()}
    functions = [one for name, tree in trees.items() for one in _functions(name, tree)]
    known = {one.name for one in functions}
    callers: dict[str, set[str]] = defaultdict(set)
    met = set()
    for one in functions:
        for said in one.names:
            callers[_followed(said, known, aliases)].add(one.name)
        met |= {_followed(said, known, aliases) for said in one.within}
    want, ask, out = set(wanted), list(wanted), []
    while ask:
        name = ask.pop()
        keys = _called_as(name, trees)
        found = set().union(*(callers[key] for key in keys))
        if name in trees or not (found or met & keys):
            out.append(name)
        ask += sorted(found - want)
        want |= found
    return sorted(out)


def _called_as(name: str, trees: Mapping[str, ast.Module]) -> set[str]:
    """Return the names by which a function is called: a method by its last word, whoever has it."""
    home, _, last = name.rpartition(".")
    return {name} if home in trees or name in trees else {name, f".{last}"}


def _followed(said: str, known: set[str], aliases: Mapping[str, Mapping[str, str]]) -> str:
    """Return what a name stands for, through the packages that hand it on."""
    for _ in range(8):
        home, _, last = said.rpartition(".")
        if said in known or last not in aliases.get(home, {}):
            return said
        said = aliases[home][last]
    return said


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name of a module stands for."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                found[one.asname or one.name] = f"{node.module}.{one.name}"
        elif isinstance(node, ast.Import):
            found |= {one.asname: one.name for one in node.names if one.asname}
    return found


def _functions(module: str, tree: ast.Module) -> Iterator[Function]:
    aliases = _imported(tree)
    body = Function(module)
    yield body
    yield from _in_body(tree.body, module, module, aliases, body)


def _in_body(
    nodes: list[ast.stmt], module: str, home: str, aliases: Mapping[str, str], outer: Function
) -> Iterator[Function]:
    """Yield the functions of a module or class; what stands beside them is named by `outer`."""
    here = {n.name: f"{module}.{n.name}" for n in nodes if isinstance(n, _DEFINES)}
    told = {**aliases, **(here if home == module else {})}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield from _in_body(node.body, module, f"{home}.{node.name}", told, outer)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            one = Function(f"{home}.{node.name}")
            _hear(node, told, home, one)
            yield one
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            _hear(node, told, home, outer)


_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _hear(
    node: ast.AST, told: Mapping[str, str], home: str, one: Function, opened: bool = False
) -> None:
    """Put down what is said in a part of a function, within a transaction or not. What waits for
    the commit is done after it.
    """
    if isinstance(node, ast.Name | ast.Attribute):
        (one.within if opened else one.names).update(_said(node, told, home))
    elif isinstance(node, ast.With | ast.AsyncWith):
        opened = opened or any(_is(item.context_expr, "atomic") for item in node.items)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        opened = opened or any(_is(part, "atomic") for part in node.decorator_list)
    elif isinstance(node, ast.Call) and _is(node, "on_commit"):
        opened = False
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.Constant | ast.expr_context | ast.operator):
            _hear(part, told, home, one, opened)


def _is(node: ast.AST, word: str) -> bool:
    """Tell whether this names, or calls, `transaction.<word>`, or the bare word."""
    said = node.func if isinstance(node, ast.Call) else node
    if isinstance(said, ast.Attribute):
        return said.attr == word and getattr(said.value, "id", "") == "transaction"
    return isinstance(said, ast.Name) and said.id == word


def _said(node: ast.AST, told: Mapping[str, str], home: str) -> Iterator[str]:
    """Yield the full names that one word may stand for."""
    if isinstance(node, ast.Name) and node.id in told:
        yield told[node.id]
    elif isinstance(node, ast.Attribute):
        yield f".{node.attr}"
        if isinstance(node.value, ast.Name):
            if node.value.id in ("self", "cls"):
                yield f"{home}.{node.attr}"
            elif node.value.id in told:
                yield f"{told[node.value.id]}.{node.attr}"
