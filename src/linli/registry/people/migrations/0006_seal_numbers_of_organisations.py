from django.db import migrations

from linli.registry.people.migrations._seal import Kind, open_kind, seal_kind

ORGANISATION = Kind(
    "Organisation",
    (("phone", True, 4),),
    ("name", "code", "uscc", "business", "contact"),
    said=lambda phone: phone.removeprefix("+86"),
)


def seal(apps, editor):
    seal_kind(apps, editor, ORGANISATION)


def lay_open(apps, editor):
    open_kind(apps, editor, ORGANISATION)


class Migration(migrations.Migration):
    dependencies = [("people", "0005_room_for_numbers_of_organisations")]

    operations = [migrations.RunPython(seal, lay_open, elidable=True)]
