from django.db import migrations, models

from linli.foundation.audit.migrations._final import protect, protect_before_programs

_ADD = "ALTER TABLE audit_line ADD COLUMN program varchar(64) NOT NULL DEFAULT ''"
_DROP = "ALTER TABLE audit_line DROP COLUMN program"


class Migration(migrations.Migration):
    """The column is added in words of its own: a trail of years is not copied for it, and SQLite
    keeps its triggers, which are then set anew.
    """

    dependencies = [("audit", "0003_lines_come_in_unsealed")]

    operations = [
        migrations.RunSQL(
            _ADD,
            _DROP,
            state_operations=[
                migrations.AddField(
                    model_name="line",
                    name="program",
                    field=models.CharField(blank=True, db_default="", max_length=64),
                )
            ],
        ),
        migrations.RunPython(protect, protect_before_programs),
    ]
