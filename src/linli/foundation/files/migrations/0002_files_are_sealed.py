from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_kept_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="kept",
            name="vault_key",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="kept",
            index=models.Index(
                condition=models.Q(("vault_key", "")), fields=["community"], name="file_unsealed"
            ),
        ),
        migrations.AddIndex(
            model_name="kept",
            index=models.Index(fields=["digest"], name="file_by_digest"),
        ),
    ]
