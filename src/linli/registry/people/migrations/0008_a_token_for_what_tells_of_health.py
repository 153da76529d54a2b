from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0007_numbers_of_organisations_are_sealed")]

    operations = [
        migrations.AddField("groupmembership", "token", models.CharField(blank=True, max_length=32)),
        migrations.AddField(
            "groupmembership", "apart_key", models.CharField(blank=True, max_length=32)
        ),
        migrations.RemoveConstraint("groupmembership", "a_group_is_joined_once"),
        migrations.AddConstraint(
            "groupmembership",
            models.UniqueConstraint(
                condition=models.Q(("token", ""), ("until", None)),
                fields=("person", "group"),
                name="a_group_is_joined_once",
            ),
        ),
        migrations.AddIndex(
            "groupmembership",
            models.Index(fields=["community", "token"], name="group_by_token"),
        ),
    ]
