"""What makes the database refuse to change statements and their entries."""

from linli.foundation.tables.final import Protection

_final = Protection(
    function="openapi_is_final",
    says="statements are final",
    tables=("openapi_statement", "openapi_statemententry"),
)
protect, unprotect = _final.protect, _final.unprotect
