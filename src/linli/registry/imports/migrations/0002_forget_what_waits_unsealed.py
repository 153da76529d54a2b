from django.db import migrations


def forget(apps, _editor):
    apps.get_model("imports", "Upload")._base_manager.all().delete()


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_spreadsheets_waiting")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
