from django.db import migrations, models


def text(length):
    return models.CharField(blank=True, max_length=length)


class Migration(migrations.Migration):
    dependencies = [("people", "0010_no_word_of_health_lies_here")]

    operations = [
        migrations.RemoveConstraint("groupmembership", "a_group_is_joined_once"),
        migrations.RemoveConstraint("groupmembership", "words_of_health_lie_apart"),
        migrations.RemoveIndex("groupmembership", "group_members"),
        migrations.AlterField("groupmembership", "group", text(16)),
        migrations.AddField("groupmembership", "vault_key", text(32)),
        migrations.AddField("groupmembership", "group_sealed", text(120)),
        migrations.AddField("groupmembership", "group_index", text(32)),
    ]
