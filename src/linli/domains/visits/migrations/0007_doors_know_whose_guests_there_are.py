from django.db import migrations

_LIVING = ["waiting", "open", "lost"]
_AT_ONCE = 500


def tell(apps, _editor):
    """Say to the doors, of the guests whom they let in now, whose they are and where they go."""
    held = apps.get_model("doors", "Credential")._base_manager
    visits = apps.get_model("visits", "Visit")._base_manager.filter(state="expected")
    guests = held.filter(state__in=_LIVING, guest__startswith="visit:").order_by("pk")
    seen = 0
    while some := list(guests.filter(pk__gt=seen)[:_AT_ONCE]):
        seen = some[-1].pk
        found = visits.in_bulk([_visit(one) for one in some])
        known = [one for one in some if _visit(one) in found]
        for one in known:
            visit = found[_visit(one)]
            one.host_id, one.home_id = visit.host_id, visit.household_id
        held.bulk_update(known, ["host", "home"])


def _visit(credential):
    return int(credential.guest.removeprefix("visit:"))


class Migration(migrations.Migration):
    dependencies = [
        ("doors", "0014_guests_and_whose_they_are"),
        ("visits", "0006_a_host_is_told_when_his_guest_comes"),
    ]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
