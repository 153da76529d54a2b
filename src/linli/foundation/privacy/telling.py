"""A field as the person reads it on whom it is held."""

from linli.contracts.privacy import HeldField
from linli.foundation.privacy.classes import Datum
from linli.kernel.words import Words


def told(
    datum: Datum,
    value: str | Words,
    *,
    purposes: tuple[str, ...] | None = None,
    correctable: bool = False,
) -> HeldField:
    """Return a field with what it holds on somebody: in words, or as it is in either language.

    :param purposes: what this row keeps it for, where that is less than what is declared
    """
    return HeldField(
        field=datum.field,
        name=datum.name,
        grade=datum.grade,
        purposes=datum.purposes if purposes is None else purposes,
        value=value if isinstance(value, Words) else Words(zh=value, en=value),
        correctable=correctable,
    )
