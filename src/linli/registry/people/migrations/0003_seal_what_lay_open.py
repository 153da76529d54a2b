from django.db import migrations

from linli.registry.people.migrations._seal import open_all, seal_all


class Migration(migrations.Migration):
    dependencies = [("people", "0002_room_for_what_is_sealed")]

    operations = [migrations.RunPython(seal_all, open_all, elidable=True)]
