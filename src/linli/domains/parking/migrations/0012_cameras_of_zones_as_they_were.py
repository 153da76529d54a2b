from django.db import migrations
from django.db.models import OuterRef, Subquery


def carry(apps, schema_editor):
    """Let the camera of each zone be one of its cameras, and the one that saw what stands there;
    what a guard saw there was seen by none.
    """
    del schema_editor
    zones = apps.get_model("parking", "Zone")._base_manager
    cameras = apps.get_model("parking", "ZoneCamera")._base_manager
    cars = apps.get_model("parking", "Misparked")._base_manager
    for zone in zones.exclude(device="").order_by("pk").iterator():
        cameras.create(community=zone.community, zone=zone, device=zone.device)
        seen = cars.filter(zone=zone, state="standing", by=None)
        seen.update(device=zone.device)


def one(apps, schema_editor):
    """Let each zone have the first of its cameras again: it can have no more."""
    del schema_editor
    zones = apps.get_model("parking", "Zone")._base_manager
    cameras = apps.get_model("parking", "ZoneCamera")._base_manager
    first = cameras.filter(zone=OuterRef("pk")).order_by("pk").values("device")[:1]
    zones.filter(cameras__isnull=False).update(device=Subquery(first))


class Migration(migrations.Migration):
    """A zone had one camera; it becomes the first of several."""

    dependencies = [("parking", "0011_several_cameras_a_zone")]

    operations = [migrations.RunPython(carry, one, elidable=True)]
