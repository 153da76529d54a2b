from django.db import migrations

from linli.registry.people.migrations import _health


class Migration(migrations.Migration):
    dependencies = [("people", "0008_a_token_for_what_tells_of_health"), ("vault", "0001_keys")]

    operations = [migrations.RunPython(_health.apart, _health.back, elidable=True)]
