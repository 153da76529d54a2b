from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """How many cars are in a lot is counted among those that are in, not among all that ever were."""

    dependencies = [("parking", "0013_a_zone_has_no_camera_of_its_own")]

    operations = [
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(
                fields=["community", "lot", "area"],
                condition=Q(state="inside"),
                name="stay_counted",
            ),
        ),
    ]
