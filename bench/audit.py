"""How long it takes to note, seal and prove the audit trail, and whether what was done to it is
found: a whole installation's trail in a home of its own (`LINLI_DATABASE_URL` and
`LINLI_APART_DATABASE`: in those).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1_000_000
_A_DEED = 10
_AT_ONCE = 20_000


def run(*, seconds: float, points: int, scenes: int) -> Iterator[dict[str, object]]:
    """Yield one line for each of: noted and sealed, proven, and each thing done to it, found."""
    del seconds, points, scenes
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as home:
        environment = {**os.environ, "LINLI_HOME": home, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        _call(environment, "linli.app", "migrate")
        yield json.loads(_call(environment, "bench.audit", "fill").stdout)
        yield {"what": "proven whole", **_verified(environment)}
        for harm in ("one byte in the middle", "the last ten lines", "one anchor"):
            _call(environment, "bench.audit", "harm", harm)
            yield {"what": f"found: {harm}", **_verified(environment)}
            _call(environment, "bench.audit", "mend")


def _call(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode > 1:
        raise RuntimeError(done.stderr[-2000:])
    return done


def _verified(environment: dict[str, str]) -> dict[str, object]:
    """Return what `./linli audit verify` says, how long it took, and its largest size."""
    timed = (
        "import resource,subprocess,sys,time;t=time.monotonic();"
        "d=subprocess.run([sys.executable,'-m','linli.app','audit','verify'],capture_output=True);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(d.stdout.decode().strip());"
        "print(time.monotonic()-t,u.ru_utime+u.ru_stime,u.ru_maxrss,d.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", timed], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    told, figures = done.stdout.strip().splitlines()
    took_s, cpu_s, peak_kb, code = figures.split()
    return {
        "seconds": round(float(took_s), 1),
        "cpu_seconds": round(float(cpu_s), 1),
        "peak_mb": round(int(peak_kb) / 1024, 1),
        "exit": int(code),
        **json.loads(told),
    }


def _fill() -> None:
    """Note lines, ten in a transaction, seal them, and tell how fast."""
    from django.db import transaction

    from linli.foundation.audit import operations
    from linli.foundation.audit.models import Act

    now = datetime.now(UTC)
    noting_s = sealing_s = 0.0
    for start in range(0, ROWS, _AT_ONCE):
        began = time.monotonic()
        for deed in range(start, min(start + _AT_ONCE, ROWS), _A_DEED):
            with transaction.atomic():
                operations.note_all([
                    operations.Deed(
                        community="hml", account=0, who="wang", act=Act.LOOK, now=now,
                        what=f"person:{deed + at}", purpose="visit", place="hml/b03/u1/f02/201",
                        words='{"place":"hml/b03/u1/f02/201"}',
                    )
                    for at in range(_A_DEED)
                ])  # fmt: skip
        noted = time.monotonic()
        while operations.seal(now=datetime.now(UTC)):
            continue
        noting_s, sealing_s = noting_s + noted - began, sealing_s + time.monotonic() - noted
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"what": "noted and sealed", "rows": ROWS, "noted_per_s": round(ROWS / noting_s)}
    told |= {"sealed_per_s": round(ROWS / sealing_s), "peak_mb": round(peak_mb, 1)}
    print(json.dumps(told))


def _harm(what: str) -> None:
    """Do what only somebody with the database in his hands can, and remember how it was."""
    from django.conf import settings
    from django.db import connection

    from linli.foundation.audit.migrations import _final
    from linli.foundation.audit.models import Line

    kept = settings.HOME / "kept.json"
    with connection.schema_editor() as editor:
        _final.unprotect(None, editor)
    if what == "one anchor":
        body = settings.AUDIT_ANCHORS.read_bytes()
        kept.write_text(json.dumps({"anchors": body.decode()}))
        settings.AUDIT_ANCHORS.write_bytes(body.replace(b"1", b"2", 1))
        return
    rows = (
        Line.objects.filter(number=ROWS // 2)
        if "byte" in what
        else Line.objects.filter(number__gt=ROWS - 10)
    )
    kept.write_text(json.dumps({"rows": list(rows.values())}))
    if "byte" in what:
        rows.update(what=rows.get().what.replace("9", "8", 1))
    else:
        rows.delete()


def _mend() -> None:
    from django.conf import settings

    from linli.foundation.audit.models import Line

    kept = json.loads((settings.HOME / "kept.json").read_text())
    if "anchors" in kept:
        settings.AUDIT_ANCHORS.write_text(kept["anchors"])
    for row in kept.get("rows", []):
        Line(**row).save()


def main() -> None:
    """Do one part, in a process of its own."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"
    django.setup()
    {"fill": _fill, "harm": lambda: _harm(sys.argv[2]), "mend": _mend}[sys.argv[1]]()


if __name__ == "__main__":
    main()
