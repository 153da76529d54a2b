"""Spreadsheets over HTTP."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Field, File, Router, Schema, Status
from ninja.files import UploadedFile

from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.registry.imports import operations
from linli.registry.imports.reading import MOST_BYTES, TooLarge

router = Router(tags=["imports"])


class RowErrorOut(Schema):
    """`row` is numbered as the spreadsheet shows it; `message` is in the reader's language."""

    row: int
    column: str
    value: str
    message: str

    @staticmethod
    def resolve_message(error: Any) -> str:
        """Say it in the language of who asks."""
        words = error.message
        return words if isinstance(words, str) else words.in_(_language())


class PreviewOut(Schema):
    token: str | None
    rows: int
    new: int
    changed: int
    same: int
    error_count: int
    errors: list[RowErrorOut]


class Confirm(Schema):
    token: str


class ExportWish(Schema):
    purpose: str = Field(max_length=32)
    reason: str = Field("", max_length=300)


class Imported(Schema):
    created: int
    changed: int
    same: int


@router.post("/{community}/imports/{kind}/preview", response=PreviewOut,
             auth=may_everywhere("register.write"))  # fmt: skip
def preview(request: Visit, community: str, kind: str, file: File[UploadedFile]) -> object:
    """Look at a spreadsheet (xlsx, csv) and say what it would do; nothing is written."""
    if (file.size or 0) > MOST_BYTES:
        raise TooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    return operations.preview(
        community=community,
        account=request.auth.account,
        kind=kind,
        content=file.read(),
        holds=request.auth.may,
        now=timezone.now(),
        today=timezone.localdate(),
    )


@router.post("/{community}/imports/{kind}", response=Imported,
             auth=may_everywhere("register.write", fresh=Sensitive.IMPORT,
                                 when="kind=people"))  # fmt: skip
def confirm(request: Visit, community: str, kind: str, body: Confirm) -> object:
    """Import the spreadsheet that was looked at: all of it or nothing."""
    return operations.confirm(
        community=community,
        account=request.auth.account,
        kind=kind,
        token=body.token,
        holds=request.auth.may,
        now=timezone.now(),
        today=timezone.localdate(),
    )


@router.get("/{community}/imports/{kind}/template.{form}", auth=may("register.read"))
def template(request: Visit, community: str, kind: str, form: str) -> HttpResponse:
    """Return an empty spreadsheet with the headings of a kind, as xlsx or csv."""
    return _download(operations.template(kind=kind, form=form, language=_language()))


@router.post("/{community}/exports/{kind}/ask", response={202: ApprovalOut},
             auth=may_everywhere("register.export", fresh=Sensitive.EXPORT))  # fmt: skip
def ask_export(request: Visit, community: str, kind: str, body: ExportWish) -> Status[object]:
    """Ask to take a ledger out with personal numbers in full, or people with numbers masked (no
    purpose); a second person lets it pass, then whoever asked takes it out once, within a day.
    """
    now = timezone.now()
    row = operations.ask_export(
        actor=request.auth, kind=kind, purpose=body.purpose, reason=body.reason, now=now
    )
    return Status(202, approval_out(row, now))


@router.get("/{community}/exports/{kind}.{form}",
            auth=may("register.export", fresh=Sensitive.EXPORT))  # fmt: skip
def export(request: Visit, community: str, kind: str, form: str, purpose: str = "") -> HttpResponse:
    """Return a ledger as xlsx or csv; personal numbers in full only for a purpose, and people at
    all, once a second person let it pass.
    """
    return _download(
        operations.export(
            actor=request.auth,
            kind=kind,
            form=form,
            purpose=purpose,
            language=_language(),
            now=timezone.now(),
        )
    )


def _download(found: operations.Export) -> HttpResponse:
    return HttpResponse(
        found.content,
        content_type=found.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.name}"',
            "Cache-Control": "no-store",
        },
    )


def _language() -> str:
    return get_language() or "zh"
