from django.db import migrations, models
from django.db.models import Q

from linli.foundation.audit.migrations._while_written import AddIndexWhileWritten


class Migration(migrations.Migration):
    """What people did is found among a million lines of what went on by itself."""

    atomic = False

    dependencies = [("audit", "0005_lines_are_found_by_each_filter")]

    operations = [
        AddIndexWhileWritten(
            model_name="line",
            index=models.Index(
                fields=["community", "-at_us", "-id"],
                condition=~Q(account=0, who="", act="write"),
                name="audit_of_people",
            ),
        ),
    ]
