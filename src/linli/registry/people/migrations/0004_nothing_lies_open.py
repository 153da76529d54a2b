from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("people", "0003_seal_what_lay_open")]

    operations = [
        migrations.RemoveField("person", "id_number"),
        migrations.RemoveField("person", "phone"),
        migrations.RemoveField("staff", "phone"),
        migrations.RemoveField("staff", "longitude_deg"),
        migrations.RemoveField("staff", "latitude_deg"),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(
                condition=models.Q(("id_number_index", ""), _negated=True),
                fields=("community", "id_number_index"),
                name="one_person_for_each_id_index",
            ),
        ),
        migrations.AddConstraint(
            "person",
            models.UniqueConstraint(
                fields=("community", "account"), name="one_person_for_each_account"
            ),
        ),
        migrations.AddIndex(
            "person",
            models.Index(fields=["community", "phone_index"], name="person_by_phone_index"),
        ),
        migrations.AddIndex(
            "person",
            models.Index(fields=["community", "phone_tail"], name="person_by_phone_tail"),
        ),
    ]
