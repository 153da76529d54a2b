from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parking", "0008_lanes_of_booths_that_were_said")]

    operations = [migrations.RemoveField("lane", "booth_said")]
