"""What the API says of itself: OpenAPI 3.1, with what is true of every door said once."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from linli.web.problems import MEDIA_TYPE
from linli.web.retries import KEPT_NOWHERE

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457): key and values for programs, a sentence for people.",
    "required": ["type", "title", "status", "detail", "key", "values", "message"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "key": {"type": "string"},
        "values": {"type": "object", "additionalProperties": True},
        "message": {"type": "string", "description": "As `detail`."},
    },
}
_REFUSED = {
    "description": "Refused, or broken: what it means and what to do about it.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A person who signed in; unsafe methods carry X-CSRFToken as well, with "
        "what the cookie `csrftoken` says. By TLS both names begin with `__Host-`.",
    },
    "oauth": {
        "type": "oauth2",
        "description": "A third party, for itself or for a resident who agreed to it.",
        "flows": {
            "clientCredentials": {"tokenUrl": "/api/v1/oauth/token", "scopes": {}},
            "authorizationCode": {
                "authorizationUrl": "/agree",
                "tokenUrl": "/api/v1/oauth/token",
                "refreshUrl": "/api/v1/oauth/token",
                "scopes": {},
            },
        },
    },
}
_IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
    "description": "The same key with the same request within 24 hours is carried out once, and "
    "answered as it was. Forms with files are the same when their fields are, and the names and "
    "content of their files.",
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag that a GET of this address answered: refused (412) if it is another.",
}
_HEADER_OF = {"post": _IDEMPOTENCY, "patch": _IF_MATCH, "put": _IF_MATCH, "delete": _IF_MATCH}


class DescribedAPI(NinjaAPI):
    """Describes itself with what middleware adds to every door."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the description: OpenAPI 3.1."""
        described = super().get_openapi_schema(**kwargs)
        components = described.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _PROBLEM
        components["securitySchemes"] = _SCHEMES
        described["security"] = [{"session": []}, {"oauth": []}]
        for path, methods in described["paths"].items():
            for method, door in methods.items():
                self._complete(door, method, methods, path)
        return described

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of a door: its domain and its verb, as `cases_report`."""
        view = operation.view_func
        home = view.__module__.split(".")
        domain = home[-1] if home[1] == "web" else home[-2]
        return f"{domain}_{view.__name__}"

    def _complete(
        self, door: dict[str, Any], method: str, methods: dict[str, Any], path: str
    ) -> None:
        """Say of a door how it refuses, and which headers it takes."""
        door["responses"] = {str(code): said for code, said in door["responses"].items()}
        door["responses"].setdefault("default", _REFUSED)
        header = _HEADER_OF.get(method)
        if header is None or (header is _IF_MATCH and "get" not in methods):
            return
        if header is _IDEMPOTENCY and path.startswith(KEPT_NOWHERE):
            return
        door.setdefault("parameters", []).append(header)
