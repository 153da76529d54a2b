"""Which table lies in which database: what is kept apart, and nothing else, in the one apart."""

from typing import Any

from django.db.models import Model

from linli.foundation.vault.queries import APART

_OWN = "apart"
_THERE = {_OWN, "vault"}
"""The vault's tables are made in both: whoever reads or writes them says where."""
_BOTH = "mark"
"""So is the one of ours by which the two know each other."""


class Router:
    """As Django asks; None leaves it to what was said with `using`."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        """Return where a table is read."""
        return APART if model._meta.app_label == _OWN else None  # noqa: SLF001 - as Django does

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **_hints: Any) -> bool | None:
        """Refuse a relation from one database into the other."""
        labels = {type(row)._meta.app_label for row in (one, other)}  # noqa: SLF001
        return False if _OWN in labels and labels != {_OWN} else None

    def allow_migrate(
        self, alias: str, label: str, model_name: str | None = None, **_hints: Any
    ) -> bool:
        """Tell whether the tables of an app are made in a database."""
        if label == _OWN and model_name == _BOTH:
            return True
        return label in _THERE if alias == APART else label != _OWN
