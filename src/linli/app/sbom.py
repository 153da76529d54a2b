"""`./linli sbom`: what the platform is made of, as CycloneDX 1.6 tells it.

From the two lock files, so it says what is installed, to the byte; the same locks give the same
text. Tools that only build or test are left out.
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

_ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_LONGEST_LICENCE = 100


def bill(root: Path = _ROOT) -> dict[str, Any]:
    """Return the bill of materials."""
    locks = (root / "requirements" / "run.lock", root / "ui" / "package-lock.json")
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks))
    parts = [*_python(locks[0].read_text("utf-8")), *_screens(json.loads(locks[1].read_bytes()))]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest.digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": _part("application", "linli", _own_version(), "Apache-2.0")},
        "components": sorted(parts, key=lambda part: str(part["bom-ref"])),
    }


def _own_version() -> str:
    found = re.search(r'^version = "([^"]+)"', (_ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    return found[1] if found else "0"


def _part(kind: str, name: str, version: str, licence: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": kind, "bom-ref": f"{name}@{version}", "name": name, "version": version,
    }  # fmt: skip
    if licence:
        told["licenses"] = [{"license": {"name": licence[:_LONGEST_LICENCE]}}]
    return told


def _python(lock: str) -> Iterator[dict[str, Any]]:
    """Yield the Python parts; the licence is what the installed part says of itself. The digests of
    all their builds, which pip asks for, stay in the lock file.
    """
    for pinned in _PINNED.finditer(lock):
        name, version = pinned[1].lower().replace("_", "-"), pinned[2]
        part = _part("library", name, version, _licence(name))
        part["bom-ref"] = part["purl"] = f"pkg:pypi/{quote(name)}@{quote(version)}"
        yield part


def _licence(name: str) -> str:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    short = next(iter(told.get_all("License-Expression") or told.get_all("License") or [""]))
    named = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or []
             if line.startswith("License :: OSI")]  # fmt: skip
    return short if short and "\n" not in short else ", ".join(named)


def _screens(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of the screens."""
    for path, told in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if "node_modules/" not in path or told.get("dev") or told.get("link"):
            continue
        part = _part("library", name, told["version"], str(told.get("license", "")))
        part["bom-ref"] = f"pkg:npm/{quote(name, safe='/')}@{quote(told['version'])}"
        part["purl"] = part["bom-ref"]
        part["bom-ref"] += f"?at={quote(path, safe='')}"
        if told.get("integrity", "").startswith("sha512-"):
            body = base64.b64decode(told["integrity"].removeprefix("sha512-"))
            part["hashes"] = [{"alg": "SHA-512", "content": body.hex()}]
        yield part


@click.command()
def sbom() -> None:
    """Print the bill of materials: CycloneDX 1.6, JSON."""
    click.echo(json.dumps(bill(), indent=1, ensure_ascii=False))
