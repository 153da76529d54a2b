from django.db import migrations


def found(apps, schema_editor):
    """Make a booth of each name that lanes of a lot had, and give it those lanes."""
    del schema_editor
    lanes = apps.get_model("parking", "Lane")._base_manager
    booths = apps.get_model("parking", "Booth")._base_manager
    for lane in lanes.exclude(booth_said="").order_by("pk").iterator():
        name = lane.booth_said.strip()
        if not name:
            continue
        booth = booths.filter(lot=lane.lot_id, name_zh=name).first()
        lane.booth = booth or booths.create(
            community=lane.community, lot_id=lane.lot_id, code=f"booth-{lane.pk}", name_zh=name
        )
        lane.save(update_fields=["booth"])


def said(apps, schema_editor):
    """Let each lane say the name of its booth again."""
    del schema_editor
    lanes = apps.get_model("parking", "Lane")._base_manager
    for lane in lanes.exclude(booth=None).select_related("booth").iterator():
        lane.booth_said = lane.booth.name_zh
        lane.save(update_fields=["booth_said"])


class Migration(migrations.Migration):
    """The booth of a lane was free text; it becomes a booth of the lane's lot."""

    dependencies = [("parking", "0007_booths_and_their_shifts")]

    operations = [migrations.RunPython(found, said, elidable=True)]
