from django.db import migrations, models


def by_the_text_in_force(apps, schema_editor):
    """Let limits that were changed before stand for the text by which their scene stands now."""
    states = apps.get_model("scenes", "SceneState")
    limits = apps.get_model("scenes", "LimitOverride")
    for row in states.rows.filter(version__gt=0).iterator():
        limits.rows.filter(community=row.community, scene=row.scene).update(version=row.version)


class Migration(migrations.Migration):

    dependencies = [("scenes", "0004_no_switch")]

    operations = [
        migrations.AddField(
            model_name="limitoverride",
            name="operator",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="limitoverride",
            name="point",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="limitoverride",
            name="version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(by_the_text_in_force, migrations.RunPython.noop, elidable=True),
    ]
