from django.db import migrations

from linli.foundation.audit.migrations._final import protect_before_programs, unprotect


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_the_trail")]

    operations = [migrations.RunPython(protect_before_programs, unprotect)]
