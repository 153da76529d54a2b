from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_notes_move_apart")]

    operations = [migrations.RemoveField("incidentnote", "text_sealed")]
