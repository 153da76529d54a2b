"""What makes the database refuse to change lines of history."""

from linli.foundation.tables.final import Protection

_final = Protection(
    function="cases_history_is_final",
    says="the history of a case is final",
    tables=("cases_move",),
    whole=False,
)
protect, unprotect = _final.protect, _final.unprotect
