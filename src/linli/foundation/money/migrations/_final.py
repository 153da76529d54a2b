"""What makes the database refuse to change postings, and to drop or rename accounts."""

from linli.foundation.tables.final import Protection

_final = Protection(
    function="money_is_final",
    says="the ledger is final",
    tables=("money_posting", "money_postingline"),
    stays={
        "money_ledgeraccount": "OLD.community = NEW.community AND OLD.code = NEW.code"
        " AND OLD.covered = NEW.covered"
    },
)
protect, unprotect = _final.protect, _final.unprotect
