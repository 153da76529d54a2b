"""Questions that are built once and asked often.

Django builds a query and its SQL anew each time it is asked: half a millisecond of processor, where
SQLite answers in thirty microseconds. At a door somebody waits for ten of them. A question whose
shape never changes is built at its first asking, with a slot for each of its values; what is kept
is its text, never an answer.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from linli.foundation.scope.models import EVERYWHERE, ScopedRows, Unscoped

P = ParamSpec("P")
R = TypeVar("R")

_PLAIN = frozenset({str, int})


class NotAValue(TypeError):
    """A slot was told what no column is compared with: nothing at all, a list, a row."""


class _Slot(Expression):
    """Stands in a query for a value that is told when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Return a placeholder, and ourselves as what is to be put there."""
        del compiler, connection
        return "%s", [self]


class _Built(NamedTuple):
    """A question as one kind of database is asked it, and how its rows are read."""

    sql: str
    params: Sequence[object]
    rows: ScopedRows[Any]
    compiler: SQLCompiler
    read: type[Any]


class BuiltOnce(Generic[P, R]):
    """A question. Called with its values, by name, it returns its rows."""

    def __init__(self, build: Callable[P, Iterable[R]]) -> None:
        self._build = build
        self._names = tuple(inspect.signature(build).parameters)
        self._built: dict[str, _Built] = {}

    def __call__(self, *_: P.args, **told: P.kwargs) -> list[R]:
        """Ask, and return the rows.

        :raises Unscoped: if no community is named
        :raises NotAValue: if a value is not one that a column is compared with
        """
        if told.get("community", EVERYWHERE) in {"", EVERYWHERE}:
            raise Unscoped(f"{self._build.__qualname__}: name a community")
        line = connections[DEFAULT_DB_ALIAS]
        built = self._built.get(line.vendor) or self._build_for(line)
        if built.rows.query.select_for_update and not line.in_atomic_block:
            raise TransactionManagementError("what is locked is read in a transaction")
        params = tuple(
            _adapted(told[one.name], line) if isinstance(one, _Slot) else one
            for one in built.params
        )
        return list(built.read(_filled(built, params, line)))

    def first(self, *args: P.args, **told: P.kwargs) -> R | None:
        """Ask, and return the first row if there is one."""
        found = self(*args, **told)
        return found[0] if found else None

    def _build_for(self, line: BaseDatabaseWrapper) -> _Built:
        """Build it for databases of a kind. Two threads may do so at once: it is the same."""
        slots: dict[str, Any] = {name: _Slot(name) for name in self._names}
        rows = cast("ScopedRows[Any]", self._build(**slots))  # type: ignore[call-arg]
        if rows._community is not slots.get("community"):  # noqa: SLF001 - as rows of it ask
            raise Unscoped(f"{self._build.__qualname__}: say .of(community)")
        compiler = rows.query.get_compiler(connection=line)
        sql, params = compiler.as_sql()
        read = rows._iterable_class  # noqa: SLF001 - Django's own word for how rows are read
        built = _Built(sql=sql, params=params, rows=rows, compiler=compiler, read=read)
        self._built[line.vendor] = built
        return built


def _filled(built: _Built, params: tuple[Any, ...], line: BaseDatabaseWrapper) -> QuerySet[Any]:
    """Return the query as Django would have built it with these values, for this thread alone."""
    compiler, query = copy(built.compiler), copy(built.rows.query)
    compiler.connection = line
    compiler.as_sql = lambda *_, **__: (built.sql, params)  # type: ignore[method-assign]
    query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    return QuerySet(model=built.rows.model, query=query, using=line.alias)


def _adapted(value: object, line: BaseDatabaseWrapper) -> object:
    """Return a value as a database is told it.

    :raises NotAValue: if it is none
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return line.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return line.ops.adapt_datefield_value(value)
    raise NotAValue(type(value).__name__)


def built_once(build: Callable[P, Iterable[R]]) -> BuiltOnce[P, R]:
    """Make a question of a function that returns a query of a community's rows. The function is
    called once, with slots: it names its `community`, compares columns with what it is told, and
    decides nothing by it.
    """
    return BuiltOnce(build)
