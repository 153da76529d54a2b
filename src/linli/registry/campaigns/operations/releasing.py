"""A release is added: checked, kept, and never altered afterwards."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import scanning
from linli.contracts.campaigns import ReleaseAdded
from linli.devices.model import ThingModel
from linli.foundation import ids
from linli.foundation.files import operations as files
from linli.foundation.files import store
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import versions
from linli.registry.campaigns.logic.faults import ImageTooLarge, ModelCannot, NoImage, VersionTaken
from linli.registry.campaigns.models import Release
from linli.registry.devices import queries as devices


class NewRelease(msgspec.Struct, frozen=True, kw_only=True):
    """`settings` is JSON, of a configuration; `sha256` (hex) what the image is said to be, or
    nothing.
    """

    kind: str
    model: str
    version: str
    notes: Words = Words(zh="", en="")
    settings: str = ""
    sha256: str = ""


def add_release(
    *,
    community: str,
    release: NewRelease,
    image: Iterable[bytes] | None,
    by: int,
    now: datetime,
) -> Release:
    """Add a release; `image` are the pieces of a firmware image.

    :raises ModelNotFound, ModelCannot: if there is no such model, or it cannot be brought this
    :raises BadVersion, BadSettings, NoImage, ImageTooLarge, WrongDigest: if it is not as it should
    :raises VersionTaken: if there is another release with this version
    :raises scanning.Infected, scanning.ScannerAway: if a virus was found, or nobody could look
    """
    versions.check_version(release.version)
    model = devices.model(id=release.model)
    versions.service(model=model, kind=release.kind)
    row = Release(
        community=community,
        kind=release.kind,
        model=release.model,
        version=release.version,
        notes_zh=release.notes.zh,
        notes_en=release.notes.en,
        added_by_id=by,
        added_at=now,
    )
    _check_free(row)
    if release.kind == versions.FIRMWARE:
        _fill_firmware(row, release, image)
    else:
        _fill_configuration(row, release, model)
    return _save(row, now)


def _check_free(row: Release) -> None:
    known = queries.release_of(
        community=row.community, kind=row.kind, model=row.model, version=row.version
    )
    if known is not None:
        raise VersionTaken(model=row.model, version=row.version, release=known.pk)


def _fill_firmware(row: Release, release: NewRelease, image: Iterable[bytes] | None) -> None:
    """Put the image away, and note what it is."""
    if image is None:
        raise NoImage
    looked_through = scanning.scanned(_checked(image, release.sha256))
    row.sha256, row.size_bytes = store.put_stream(looked_through)


def _checked(image: Iterable[bytes], told: str) -> Iterator[bytes]:
    """Pass an image on; refuse it before it is put away if it is not as it should be."""
    size, found = 0, sha256()
    for chunk in image:
        size += len(chunk)
        if size > versions.MOST_IMAGE_BYTES:
            raise ImageTooLarge(megabytes=versions.MOST_IMAGE_BYTES // 1024 // 1024)
        found.update(chunk)
        yield chunk
    if not size:
        raise NoImage
    versions.check_digest(told=told, found=found.hexdigest())


def _fill_configuration(row: Release, release: NewRelease, model: ThingModel) -> None:
    row.content = versions.settings(release.settings)
    text = versions.canonical(row.content)
    argument = versions.service(model=model, kind=release.kind)[1].arguments.get("settings")
    if argument is None or len(text) > argument.longest:
        raise ModelCannot(model=model.id, kind=release.kind)
    row.sha256, row.size_bytes = versions.digest(text), len(text.encode())
    versions.check_digest(told=release.sha256, found=row.sha256)


def _save(row: Release, now: datetime) -> Release:
    try:
        with transaction.atomic():
            if row.kind == versions.FIRMWARE:
                row.file = files.keep_bytes(
                    community=row.community,
                    kind="firmware",
                    digest=row.sha256,
                    size_bytes=row.size_bytes,
                    content_type="application/octet-stream",
                    now=now,
                )
            row.save(force_insert=True)
            outbox.record(
                ReleaseAdded(
                    id=ids.new(),
                    at=now,
                    community=row.community,
                    release=row.pk,
                    kind=row.kind,
                    model=row.model,
                    version=row.version,
                    sha256=row.sha256,
                    by=row.added_by_id,
                )
            )
    except IntegrityError:
        _check_free(row)
        raise
    return row
