"""What is no page of the console over HTTP: pictures, shown, not kept by anything on their way and
never taken for a page; and sheets to print.
"""

from django.http import HttpResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
_SHEET = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; object-src 'none'",
}
"""A sheet has its style in itself, and nothing else: no script, no picture from elsewhere."""


def shown(content: bytes, *, content_type: str) -> HttpResponse:
    """Return a picture as an answer."""
    return HttpResponse(content, content_type=content_type, headers=_HEADERS)


def sheet(page: str) -> HttpResponse:
    """Return a sheet to print, a page of HTML, as an answer."""
    return HttpResponse(page, content_type="text/html; charset=utf-8", headers=_SHEET)
