"""Give the last passage of a door a picture of its camera: `pictured.py COMMUNITY DOOR`."""

import io
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - after the settings
from PIL import Image  # noqa: E402

from linli.contracts.pictures import Spooled  # noqa: E402
from linli.domains.doors.models import Passage  # noqa: E402
from linli.registry.pictures import operations as pictures  # noqa: E402

if __name__ == "__main__":
    community, door = sys.argv[1:]
    passages = Passage.rows.of(community).select_related("door").filter(device=door)
    row = passages.latest("at")
    drawn = io.BytesIO()
    Image.new("RGB", (320, 200), (70, 90, 120)).save(drawn, "JPEG")
    given = Spooled(
        device=row.door.camera,
        line="",
        event="passage",
        at=row.at.timestamp(),
        content=drawn.getvalue(),
    )
    kept = pictures.take(
        community=community, spool=f"passage-{row.pk}", given=given, now=timezone.now()
    )
    print(row.pk if kept and kept.file else "")
