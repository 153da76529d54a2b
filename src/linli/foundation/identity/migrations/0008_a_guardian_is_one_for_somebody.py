from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_unreviewed_is_told_again")]

    operations = [
        migrations.AddField("grant", "ward", models.CharField(blank=True, max_length=48)),
        migrations.RemoveConstraint("grant", "a_role_is_granted_once"),
        migrations.AddConstraint(
            "grant",
            models.UniqueConstraint(
                fields=["account", "role", "community", "place", "emergency", "ward"],
                name="a_role_is_granted_once",
            ),
        ),
        migrations.AddIndex(
            "grant",
            models.Index(
                fields=["community", "ward"], condition=Q(("ward", ""), _negated=True),
                name="grant_by_ward",
            ),
        ),
    ]
