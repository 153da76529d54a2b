from django.db import migrations, models


def _index(model, name, *fields):
    return migrations.AddIndex(
        model_name=model, index=models.Index(fields=["community", *fields], name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("visits", "0007_doors_know_whose_guests_there_are")]

    operations = [
        _index("visit", "visit_list", "-id"),
        _index("visit", "visit_of_state", "state", "-id"),
        _index("visitpassage", "passages_of_a_visit", "visit"),
    ]
