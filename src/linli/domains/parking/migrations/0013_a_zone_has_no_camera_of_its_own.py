from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parking", "0012_cameras_of_zones_as_they_were")]

    operations = [migrations.RemoveField("zone", "device")]
