from django.db import migrations

from linli.registry.people.migrations._seal import Kind, open_kind, seal_kind

CASE = Kind("Case", (("reporter_contact", False, 0),), app="cases")


def seal(apps, editor):
    seal_kind(apps, editor, CASE)


def lay_open(apps, editor):
    open_kind(apps, editor, CASE)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_room_for_sealed_contacts")]

    operations = [migrations.RunPython(seal, lay_open, elidable=True)]
