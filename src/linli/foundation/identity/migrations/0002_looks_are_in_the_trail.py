from datetime import UTC, datetime, timedelta

from django.db import migrations

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 2000


def move(apps, schema_editor):
    """Write each remembered look into the audit trail, oldest first. One that is there, for this
    was taken back before, is not written again.
    """
    line = apps.get_model("audit", "Line")
    looks = apps.get_model("identity", "Look")._base_manager.select_related("account")
    there = set(_looks(line).values_list("at_us", "account", "community", "what", "purpose"))
    waiting = []
    for look in looks.order_by("at", "id").iterator(chunk_size=AT_ONCE):
        at_us = (look.at - EPOCH) // timedelta(microseconds=1)
        if (at_us, look.account_id, look.community, look.subject, look.purpose) in there:
            continue
        waiting.append(
            line(
                at_us=at_us,
                community=look.community,
                account=look.account_id,
                who=look.account.username,
                act="look",
                what=look.subject,
                purpose=look.purpose,
            )
        )
    line.objects.bulk_create(waiting, batch_size=AT_ONCE)


def move_back(apps, schema_editor):
    """Remember the looks of the trail beside it; the trail itself is final."""
    line = apps.get_model("audit", "Line")
    look = apps.get_model("identity", "Look")
    known = set(apps.get_model("identity", "Account").objects.values_list("pk", flat=True))
    rows = _looks(line).order_by("at_us", "id")
    look._base_manager.bulk_create(
        [
            look(
                at=EPOCH + timedelta(microseconds=row.at_us),
                community=row.community,
                account_id=row.account,
                subject=row.what[:64],
                purpose=row.purpose,
            )
            for row in rows.iterator(chunk_size=AT_ONCE)
            if row.account in known
        ],
        batch_size=AT_ONCE,
    )


def _looks(line):
    return line.objects.filter(act="look")


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_accounts_grants_looks"),
        ("audit", "0002_the_trail_is_final"),
    ]

    operations = [
        migrations.RunPython(move, move_back, elidable=True),
        migrations.DeleteModel(name="Look"),
    ]
