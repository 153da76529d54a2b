from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parking", "0005_places_for_children_and_cars_that_followed")]

    operations = [
        migrations.AddIndex(
            model_name="listed",
            index=models.Index(fields=["community", "-id"], name="listed_newest"),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(fields=["community", "-id"], name="permit_newest"),
        ),
    ]
