from django.db import migrations

from linli.foundation.money.migrations import _final


class Migration(migrations.Migration):
    dependencies = [("money", "0001_ledger")]

    operations = [migrations.RunPython(_final.protect, _final.unprotect)]
