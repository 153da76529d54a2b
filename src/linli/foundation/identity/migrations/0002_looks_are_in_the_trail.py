from django.db import migrations


def move(apps, schema_editor):
    """Write each remembered look into the audit trail, oldest first."""
    line = apps.get_model("audit", "Line")
    looks = apps.get_model("identity", "Look")._base_manager.select_related("account")
    waiting = []
    for look in looks.order_by("at", "id").iterator(chunk_size=2000):
        waiting.append(
            line(
                at_us=round(look.at.timestamp() * 1_000_000),
                community=look.community,
                account=look.account_id,
                who=look.account.username,
                act="look",
                what=look.subject,
                purpose=look.purpose,
            )
        )
        if len(waiting) >= 2000:
            line.objects.bulk_create(waiting)
            waiting = []
    line.objects.bulk_create(waiting)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_accounts_grants_looks"),
        ("audit", "0002_the_trail_is_final"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="Look"),
    ]
