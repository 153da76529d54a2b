"""The generated page that tells what is held: the class and the purpose of every field."""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.conf import settings

from linli.domains.parking.logic import table, tariff
from linli.foundation.privacy.classes import GRADES, Datum, Grade, declared
from linli.foundation.privacy.others import OTHERS
from linli.foundation.privacy.purposes import BASES, PURPOSES


def page() -> str:
    """Return what every table holds: the class of each field, and what it is kept for."""
    lines = ["# 数据分级与用途 · Data: classes and purposes", ""]
    lines += ["Declared beside each model (`linli.foundation.privacy`); a test fails on a field"]
    lines += ["without a class and a purpose. Sensitive fields are read in full for their purposes"]
    lines += ["only, and each such look is a line of the audit trail.", ""]
    lines += ["| purpose | 用途 | what for | ground | withdrawn |", "|---|---|---|---|---|"]
    for key, one in PURPOSES.items():
        ceases = f"{one.withdrawal.zh} · {one.withdrawal.en}" if one.withdrawal else ""
        ground = BASES[one.basis]
        lines.append(
            f"| `{key}` | {one.name.zh} | {one.name.en} | {ground.zh} · {ground.en} | {ceases} |"
        )
    for model in sorted(apps.get_models(), key=lambda m: str(m._meta.label)):  # noqa: SLF001
        label = str(model._meta.label)  # noqa: SLF001 - Django's own way to a table
        lines += ["", f"## `{label}`", "", *_holds(OTHERS.get(label) or declared(model))]
    return "\n".join(lines)


def parking_tariffs() -> str:
    """Return every tariff of parking with its examples, which are its tests."""
    files = sorted((settings.CATALOG / "tariffs" / "parking").glob("*.toml"))
    found = [tariff.load(file.read_text("utf-8")) for file in files]
    return table.page(tariffs={one.id: one for one in found})


def _holds(fields: Mapping[str, Datum]) -> Iterator[str]:
    """Yield a line for each class and purpose that is nobody's, and one for each personal field."""
    plain: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for datum in fields.values():
        if not datum.name.zh:
            plain.setdefault((datum.grade, datum.purposes), []).append(f"`{datum.field}`")
    for (grade, purposes), names in plain.items():
        yield f"- {GRADES[Grade(grade)].zh} · {grade}, {', '.join(purposes)}: {', '.join(names)}"
    for datum in fields.values():
        if datum.name.zh:
            said = f"{datum.name.zh} · {datum.name.en}"
            kept = ", ".join(datum.purposes)
            yield f"- {GRADES[datum.grade].zh} · {datum.grade}, {kept}: `{datum.field}` {said}"
