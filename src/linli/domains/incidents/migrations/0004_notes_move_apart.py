from django.db import migrations

from linli.domains.incidents.migrations import _move


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_a_token_for_what_lies_apart"), ("vault", "0001_keys")]

    operations = [migrations.RunPython(_move.apart, _move.back, elidable=True)]
