from django.db import migrations
from django.db.models import F


def sign(apps, _editor):
    """What there is has signed since it was made."""
    apps.get_model("doors", "SigningKey")._base_manager.update(signs_at=F("made_at"))


class Migration(migrations.Migration):
    dependencies = [("doors", "0008_keys_told_before_they_sign")]

    operations = [migrations.RunPython(sign, migrations.RunPython.noop)]
