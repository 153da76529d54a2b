from django.db import migrations

from linli.foundation.audit.migrations._final import protect_before_programs


class Migration(migrations.Migration):
    """For tables that were protected before this was; taken back, the protection stays."""

    dependencies = [("audit", "0002_the_trail_is_final")]

    operations = [migrations.RunPython(protect_before_programs, migrations.RunPython.noop)]
