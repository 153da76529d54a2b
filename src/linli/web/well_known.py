"""What programs find at a known address: how third parties come by tokens (RFC 8414).

A resident agrees in his community, so each community is an issuer of its own; the installation
without a community gives tokens to third parties for themselves alone.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse

from linli.domains.openapi.logic.offered import SCOPES
from linli.domains.openapi.operations.authorizing import METHODS
from linli.web.problems import NotThisMethod, refusal

_DOCS = "/api/v1/openapi.json"


def authorization_server(request: HttpRequest, community: str = "") -> HttpResponse:
    """Tell where tokens are asked for, given back, and how."""
    if request.method not in {"GET", "HEAD"}:
        told = refusal(NotThisMethod(method=request.method, path=request.path))
        told["Allow"] = "GET, HEAD"
        return told
    origin = f"{request.scheme}://{request.get_host()}"
    said = {
        "issuer": f"{origin}/{community}" if community else origin,
        "token_endpoint": f"{origin}/api/v1/oauth/token",
        "revocation_endpoint": f"{origin}/api/v1/oauth/revoke",
        "token_endpoint_auth_methods_supported": sorted(METHODS),
        "revocation_endpoint_auth_methods_supported": sorted(METHODS),
        "scopes_supported": sorted(SCOPES),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "service_documentation": f"{origin}{_DOCS}",
        "ui_locales_supported": ["zh", "en"],
    }
    if community:
        said |= {
            "authorization_endpoint": f"{origin}/{community}/agree",
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": ["S256"],
        }
    answer = JsonResponse(said)
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
