from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from linli.foundation.audit.migrations._final import protect, protect_before_programs

_ADD = "ALTER TABLE audit_line ADD COLUMN program varchar(64) NOT NULL DEFAULT ''"
_DROP = "ALTER TABLE audit_line DROP COLUMN program"
_SOME = "SELECT 1 FROM audit_line WHERE program <> '' LIMIT 1"


def unread(apps, editor):
    """Nothing is to be done when the column comes."""


def refuse_to_forget(apps, editor):
    """Refuse to go back once a line bears a program: its digest covers it, and without it the trail
    would read as forged for good.
    """
    with editor.connection.cursor() as cursor:
        cursor.execute(_SOME)
        if cursor.fetchone() is not None:
            raise IrreversibleError("Lines of the trail bear programs: they cannot be taken out.")


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
        migrations.RunPython(unread, refuse_to_forget),
    ]
