from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("people", "0012_seal_groups")]

    operations = [
        migrations.RemoveField("groupmembership", "group"),
        migrations.AddConstraint(
            "groupmembership",
            models.UniqueConstraint(
                fields=["person", "group_index"],
                condition=Q(until=None, token=""),
                name="a_group_is_joined_once",
            ),
        ),
        migrations.AddConstraint(
            "groupmembership",
            models.CheckConstraint(
                condition=(Q(token="") & ~Q(group_sealed=""))
                | (~Q(token="") & Q(group_sealed="")),
                name="a_group_is_sealed_or_lies_apart",
            ),
        ),
        migrations.AddIndex(
            "groupmembership",
            models.Index(fields=["community", "group_index"], name="group_members"),
        ),
    ]
