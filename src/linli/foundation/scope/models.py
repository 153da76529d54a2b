"""The base of every table that belongs to a community. Reading it without naming one raises."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Self, TypeVar

from django.db import models

from linli.foundation.privacy.classes import holds, internal


class Unscoped(RuntimeError):
    """A query was about to touch a community's rows without naming the community."""


EVERYWHERE = "*"

M = TypeVar("M", bound=models.Model)


class ScopedRows(models.QuerySet[M]):
    """A query that must name its community before it touches the database.

    Related managers are such queries too (`room.children.of(community)`); a row reached from
    another by its own foreign key (`room.parent`) is of the same community and needs no name.
    """

    _community: str | None = None

    def of(self, community: str) -> Self:
        """Name the community whose rows are meant."""
        if community in {"", EVERYWHERE}:
            raise Unscoped(f"{self.model.__name__}: {community!r} is no community")
        rows = self.filter(community=community)
        rows._community = community  # noqa: SLF001 - our own clone
        return rows

    def across(self, why: str) -> Self:
        """Read the rows of all communities, for the few questions that are about all; say why.

        Nothing can be written through it.
        """
        if not why:
            raise Unscoped(f"{self.model.__name__}: say why all communities are meant")
        rows = self.all()
        rows._community = EVERYWHERE  # noqa: SLF001 - our own clone
        return rows

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._community = self._community
        return clone

    def _check(self) -> None:
        if not self._community and not self.query.is_empty():
            raise Unscoped(f"{self.model.__name__}: say .of(community) first")

    def _check_write(self) -> None:
        self._check()
        if self._community == EVERYWHERE:
            raise Unscoped(f"{self.model.__name__}: one community at a time is written")

    def _same(self, others: Iterable[Any]) -> None:
        self._check()
        for other in others:
            if getattr(other, "_community", None) != self._community:
                raise Unscoped(f"{self.model.__name__}: both sides must be of one community")

    def _fetch_all(self) -> None:
        self._check()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self._check()
        return super().iterator(*args, **kwargs)

    def aiterator(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        self._check()
        return super().aiterator(*args, **kwargs)

    def count(self) -> int:
        self._check()
        return super().count()

    def exists(self) -> bool:
        self._check()
        return super().exists()

    def contains(self, obj: models.Model) -> bool:
        self._check()
        return super().contains(obj)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check()
        return super().aggregate(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._check()
        return super().explain(*args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: nobody can tell of which community the rows of hand-written SQL are."""
        raise Unscoped(f"{self.model.__name__}: raw SQL cannot name a community")

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Let it stand inside another query only if it names its community."""
        self._check()
        return super().resolve_expression(*args, **kwargs)

    def union(self, *others: Any, all: bool = False) -> Self:
        self._same(others)
        return super().union(*others, all=all)

    def intersection(self, *others: Any) -> Self:
        self._same(others)
        return super().intersection(*others)

    def difference(self, *others: Any) -> Self:
        self._same(others)
        return super().difference(*others)

    def __or__(self, other: Any) -> Self:
        self._same([other])
        return super().__or__(other)

    def __and__(self, other: Any) -> Self:
        self._same([other])
        return super().__and__(other)

    def __xor__(self, other: Any) -> Self:
        self._same([other])
        return super().__xor__(other)

    def in_bulk(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        self._check()
        return super().in_bulk(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check_write()
        if "community" in kwargs:
            raise Unscoped(f"{self.model.__name__}: a row does not change its community")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check_write()
        return super().delete()

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        self._check_write()
        rows = list(objs)
        self._ours(rows)
        return super().bulk_update(rows, *args, **kwargs)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Write rows that each name their community; the query need not."""
        rows = list(objs)
        self._ours(rows)
        return super().bulk_create(rows, *args, **kwargs)

    def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> tuple[M, bool]:
        return super().get_or_create(defaults, **self._named(kwargs))

    def update_or_create(
        self,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[M, bool]:
        return super().update_or_create(defaults, create_defaults, **self._named(kwargs))

    def _named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        self._check_write()
        if kwargs.get("community", self._community) != self._community:
            raise Unscoped(f"{self.model.__name__}: a row of another community")
        return {**kwargs, "community": self._community}

    def _ours(self, rows: Sequence[models.Model]) -> None:
        for row in rows:
            community = getattr(row, "community", "")
            if community in {"", EVERYWHERE} or (self._community and community != self._community):
                raise Unscoped(f"{self.model.__name__}: a row of no community, or of another")


@holds(internal("id community"))
class Scoped(models.Model):
    """A row of one community. Read with `X.rows.of(community)`, write with `X.rows.create`."""

    community = models.CharField(max_length=32, db_index=False)

    rows = ScopedRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row.

        :raises Unscoped: if it names no community
        """
        if not self.community:
            raise Unscoped(f"{type(self).__name__}: a row must name its community")
        super().save(*args, **kwargs)
