from django.db import migrations

from linli.domains.cases.migrations import _final


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases_history_clocks")]

    operations = [migrations.RunPython(_final.protect, _final.unprotect)]
