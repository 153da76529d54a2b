from django.db import migrations

from linli.domains.openapi.migrations import _final


class Migration(migrations.Migration):
    dependencies = [("openapi", "0005_a_day_has_its_price")]

    operations = [migrations.RunPython(_final.protect, _final.unprotect)]
