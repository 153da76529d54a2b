"""Our own source, read as text."""

import ast
from functools import cache
from pathlib import Path

import linli

PACKAGE = Path(linli.__file__).parent
ROOT = next(p for p in PACKAGE.parents if (p / "pyproject.toml").is_file())


@cache
def paths():
    """Return the path of every module of the package, migrations left out."""
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "migrations" not in p.parts]


@cache
def modules():
    """Return (path, tree) of every module of the package, migrations left out."""
    return [(p, ast.parse(p.read_text("utf-8"))) for p in paths()]
