"""What the tables of the libraries hold that we use."""

from collections.abc import Mapping

from linli.foundation.privacy.classes import Datum, internal

OTHERS: Mapping[str, Mapping[str, Datum]] = {
    table: {datum.field: datum for group in groups for datum in group}
    for table, groups in {
        "auth.Permission": (internal("id name content_type codename"),),
        "auth.Group": (internal("id name"),),
        "contenttypes.ContentType": (internal("id app_label model"),),
    }.items()
}
"""Table → field → what it holds."""
