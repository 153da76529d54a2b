from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("scenes", "0003_stage_of_each_switch")]

    operations = [migrations.RemoveField(model_name="scenestate", name="on")]
