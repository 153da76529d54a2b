from django.db import migrations


def to_stages(apps, schema_editor):
    """Let what was switched off be off, and let the list of changes say who did it and why."""
    states = apps.get_model("scenes", "SceneState")
    changes = apps.get_model("scenes", "SceneChange")
    states.rows.filter(on=False).update(stage="off")
    for row in states.rows.filter(on=False).iterator():
        changes.rows.create(
            community=row.community, scene=row.scene, version_before=0, version=0,
            stage_before="on", stage="off", state="done", by_id=row.by_id, reason=row.reason,
            at=row.at, decided_by_id=row.by_id, decided_at=row.at,
        )  # fmt: skip


def to_switches(apps, schema_editor):
    """Only what is on was on; what the community's own texts were is lost with their tables."""
    states = apps.get_model("scenes", "SceneState")
    states.rows.filter(stage="on").update(on=True)
    states.rows.exclude(stage="on").update(on=False)


class Migration(migrations.Migration):

    dependencies = [("scenes", "0002_versions_stages_changes")]

    operations = [migrations.RunPython(to_stages, to_switches, elidable=True)]
