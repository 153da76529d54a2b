"""What the tables of the libraries hold that we use."""

from collections.abc import Mapping

from linli.foundation.privacy.classes import Datum, internal, sensitive

OTHERS: Mapping[str, Mapping[str, Datum]] = {
    table: {datum.field: datum for group in groups for datum in group}
    for table, groups in {
        "auth.Permission": (internal("id name content_type codename"),),
        "auth.Group": (internal("id name"),),
        "contenttypes.ContentType": (internal("id app_label model"),),
        "sessions.Session": (
            internal("session_key expire_date", purpose="account"),
            sensitive("session_data", "登录会话", "session", "account"),
        ),
    }.items()
}
"""Table → field → what it holds."""
