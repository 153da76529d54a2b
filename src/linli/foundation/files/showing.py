"""A picture over HTTP: shown, not kept by anything on its way, and never taken for a page."""

from django.http import HttpResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def shown(content: bytes, *, content_type: str) -> HttpResponse:
    """Return a picture as an answer."""
    return HttpResponse(content, content_type=content_type, headers=_HEADERS)
