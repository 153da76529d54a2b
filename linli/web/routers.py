"""Every router of the API, in the order of the reference."""

from ninja import Router

ROUTERS: list[tuple[str, Router]] = []
