"""What programs find at a known address."""

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from django.test import Client
from django.urls import resolve

from linli.domains.openapi.logic.offered import SCOPES

AT = "/.well-known/oauth-authorization-server"
pytestmark = pytest.mark.django_db


def asked(at, **how):
    return Client().get(at, secure=True, **how)


class TestMetadata:
    def test_says_what_rfc_8414_wants(self):
        said = asked(f"{AT}/hml").json()

        AuthorizationServerMetadata(said).validate()
        assert said["issuer"] == "https://testserver/hml"
        assert set(said["scopes_supported"]) == set(SCOPES)

    @pytest.mark.parametrize("at", [AT, f"{AT}/hml"])
    def test_stands_where_its_issuer_says(self, at):
        assert get_well_known_url(asked(at).json()["issuer"]) == at

    def test_where_a_resident_agrees_is_in_his_community_and_takes_pkce(self):
        said = asked(f"{AT}/hml").json()

        assert said["authorization_endpoint"] == "https://testserver/hml/agree"
        assert said["code_challenge_methods_supported"] == ["S256"]
        assert said["grant_types_supported"] == [
            "client_credentials", "authorization_code", "refresh_token"
        ]  # fmt: skip

    def test_without_a_community_nobody_is_asked(self):
        said = asked(AT).json()

        assert said["grant_types_supported"] == ["client_credentials"]
        assert said["response_types_supported"] == []
        assert "authorization_endpoint" not in said

    def test_what_it_names_is_there(self):
        said = asked(AT).json()

        for name in ("token_endpoint", "revocation_endpoint", "service_documentation"):
            assert resolve(said[name].removeprefix("https://testserver")).func

    def test_is_found_from_a_page_elsewhere_and_may_be_kept_an_hour(self):
        answer = asked(AT)

        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=3600"

    def test_a_host_that_is_not_ours_is_no_issuer(self):
        assert asked(AT, headers={"host": "evil.example"}).status_code == 400

    def test_is_read_and_nothing_else(self):
        answer = Client().post(AT)

        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")

    def test_what_is_no_code_of_a_community_is_not_there(self):
        assert asked(f"{AT}/HML%2F..").status_code == 404
