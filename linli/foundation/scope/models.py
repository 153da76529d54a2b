"""The base of every table that belongs to a community. Reading it without naming one raises."""

from typing import Any, Self, TypeVar

from django.db import models


class Unscoped(RuntimeError):
    """A query was about to read a community's rows without naming the community."""


M = TypeVar("M", bound=models.Model)


class ScopedRows(models.QuerySet[M]):
    """A query that must name its community before it touches the database."""

    _community: str | None = None

    def of(self, community: str) -> Self:
        """Name the community whose rows are meant."""
        rows = self.filter(community=community)
        rows._community = community  # noqa: SLF001 - our own clone
        return rows

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._community = self._community
        return clone

    def _check(self) -> None:
        if self._community is None:
            raise Unscoped(f"{self.model.__name__}: say .of(community) first")

    def _fetch_all(self) -> None:
        self._check()
        super()._fetch_all()  # type: ignore[misc]

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._check()
        return super().count()

    def exists(self) -> bool:
        self._check()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check()
        return super().delete()


class Scoped(models.Model):
    """A row of one community. Read with `X.rows.of(community)`, write with `X.rows.create`."""

    community = models.CharField(max_length=32, db_index=False)

    rows = ScopedRows.as_manager()

    class Meta:
        abstract = True
