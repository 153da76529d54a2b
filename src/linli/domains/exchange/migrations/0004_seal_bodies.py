from django.db import migrations

from linli.registry.people.migrations._seal import Kind, open_kind, seal_kind

MESSAGE = Kind("Message", (("body", False, 0),), app="exchange")


def seal(apps, editor):
    seal_kind(apps, editor, MESSAGE)


def lay_open(apps, editor):
    open_kind(apps, editor, MESSAGE)


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_room_for_sealed_bodies")]

    operations = [migrations.RunPython(seal, lay_open, elidable=True)]
