from django.db import migrations, models

from linli.foundation.audit.migrations._while_written import (
    AddIndexWhileWritten,
    RemoveIndexWhileWritten,
)


def _by(field, name):
    fields = ["community", field, "-at_us", "-id"]
    return AddIndexWhileWritten(model_name="line", index=models.Index(fields=fields, name=name))


class Migration(migrations.Migration):
    """A trail of a million lines answers for a purpose that few have, or for refusals. Each index
    holds the whole order of a page: without the number at its end SQLite went through the trail by
    time instead.
    """

    atomic = False

    dependencies = [("audit", "0004_lines_bear_the_program")]

    operations = [
        _by("purpose", "audit_by_purpose"),
        _by("act", "audit_by_act"),
        _by("what", "audit_of_what"),
        _by("account", "audit_of_account"),
        RemoveIndexWhileWritten(model_name="line", name="audit_by_what"),
        RemoveIndexWhileWritten(model_name="line", name="audit_by_account"),
    ]
