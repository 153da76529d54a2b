from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("scenes", "0005_what_a_limit_was_set_for")]

    operations = [
        migrations.RemoveConstraint(
            model_name="scenechange", name="one_waiting_change_for_each_scene"
        ),
        migrations.AddField(
            model_name="scenechange",
            name="key",
            field=models.CharField(blank=True, max_length=48),
        ),
        migrations.AddField(
            model_name="scenechange",
            name="target",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="scenechange", name="value", field=models.FloatField(null=True)
        ),
        migrations.AddField(
            model_name="scenechange", name="value_before", field=models.FloatField(null=True)
        ),
        migrations.AddConstraint(
            model_name="scenechange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("community", "scene", "target", "key"),
                name="one_waiting_change_of_a_scene_or_limit",
            ),
        ),
    ]
