import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    """The cameras of a zone in a table of their own; beside them the one camera of before, which
    has that name no more: two rules cannot have one.
    """

    dependencies = [("parking", "0010_counted_for_a_clerk_and_plates_in_doubt")]

    operations = [
        migrations.RemoveConstraint("zone", "one_zone_a_camera"),
        migrations.CreateModel(
            name="ZoneCamera",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("community", models.CharField(max_length=32)),
                ("device", models.CharField(max_length=48)),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cameras",
                        to="parking.zone",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["community", "device"], name="one_zone_a_camera"
                    )
                ],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
        migrations.AddField("misparked", "device", models.CharField(blank=True, max_length=48)),
    ]
