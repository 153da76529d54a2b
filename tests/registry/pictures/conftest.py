import io

import pytest
from PIL import Image

from linli.contracts.pictures import Spooled
from tests.registry.conftest import NOW
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["answers", "devices", "known_models", "known_scenes"]
HIDDEN = b"a place and an owner"


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.HOME = tmp_path
    return tmp_path


def jpeg(colour="red"):
    """Return a JPEG with EXIF in it, and bytes behind its end that are a page."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9286] = HIDDEN
    Image.new("RGB", (64, 48), colour).save(out, "JPEG", exif=exif)
    return out.getvalue() + b"<script>alert(1)</script>"


def spooled(device="co-1", *, content=None, at_s=0.0, event="motion_seen"):
    return Spooled(
        device=device,
        line="line-1",
        at=NOW.timestamp() + at_s,
        event=event,
        content=jpeg() if content is None else content,
    )
