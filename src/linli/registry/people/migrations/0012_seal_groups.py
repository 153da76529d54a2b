from django.db import migrations

from linli.registry.people.migrations._seal import Kind, open_kind, seal_kind

GROUP = Kind("GroupMembership", (("group", True, 0),))


def seal(apps, editor):
    seal_kind(apps, editor, GROUP)


def lay_open(apps, editor):
    open_kind(apps, editor, GROUP)
    apps.get_model("people", "GroupMembership").rows.exclude(token="").update(group="health")


class Migration(migrations.Migration):
    dependencies = [("people", "0011_room_for_sealed_groups")]

    operations = [migrations.RunPython(seal, lay_open, elidable=True)]
