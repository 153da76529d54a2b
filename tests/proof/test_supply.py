"""What it is made of is told truly, and no secret lies in what is kept."""

import json
import subprocess

import pytest
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from linli.app.sbom import bill, sbom
from tests.laws.source import ROOT

KINDS = ["AWSKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "GitLabTokenDetector",
         "JwtTokenDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector",
         "PypiTokenDetector", "SlackDetector", "StripeDetector"]  # fmt: skip

INVENTED = {
    "docs/reference/settings.md": "shows where a password would stand",
    "src/linli/app/database.py": "likewise",
    "src/linli/drivers/ykc/requests.py": "an address in the protocol's own words",
    "tests/drivers/ykc/test_orders.py": "the same, invented",
}
"""Files in which an address has a word between colon and at-sign, and why that is no secret."""

SHAPES = [
    shape
    for kind in get_mapping_from_secret_type_to_class().values()
    if kind.__name__ in KINDS
    for shape in kind().denylist
]


class TestBill:
    def test_is_what_the_schema_asks_and_the_same_twice(self):
        first, second = CliRunner().invoke(sbom), CliRunner().invoke(sbom)

        wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(first.output)

        assert wrong is None
        assert first.output == second.output

    def test_names_every_part_that_is_installed_to_run(self):
        names = {part["purl"] for part in bill()["components"]}
        lock = (ROOT / "requirements" / "run.lock").read_text("utf-8")
        pinned = [line for line in lock.splitlines() if "==" in line and line[0].isalnum()]

        assert sum(name.startswith("pkg:pypi/") for name in names) == len(pinned)
        assert any(name.startswith("pkg:npm/vue@") for name in names)
        assert not any("pytest" in name or "vitest" in name for name in names)


def kept():
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name]


def could_hold(file):
    """Tell whether anything that a secret looks like is in a file: the careful look is slow."""
    text = file.read_text("utf-8", "replace")
    return any(shape.search(text) for shape in SHAPES) and "\0" not in text


def secrets_in(file):
    return [
        (str(file.relative_to(ROOT)), one.line_number, one.type) for one in scan_file(str(file))
    ]


class TestSecrets:
    @pytest.fixture(autouse=True)
    def kinds(self):
        with transient_settings({"plugins_used": [{"name": name} for name in KINDS]}):
            yield

    def test_no_file_that_is_kept_holds_one(self):
        small = [one for one in kept() if one.is_file() and one.stat().st_size < 300_000]

        found = [secret for file in small if could_hold(file) for secret in secrets_in(file)]

        assert [
            one for one in found if one[0] not in INVENTED or one[2] != "Basic Auth Credentials"
        ] == []
        assert len(small) > 500

    def test_one_would_be_found(self, tmp_path):
        file = tmp_path / "key.py"
        file.write_text("-----BEGIN " + "RSA PRIVATE KEY-----\n" + json.dumps({}), "utf-8")

        assert [one.type for one in scan_file(str(file))] == ["Private Key"]
