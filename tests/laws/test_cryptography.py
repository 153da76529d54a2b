"""docs/security/cryptography.md names every module that uses cryptography, and no other."""

import ast
import re

from tests.laws.source import PACKAGE, ROOT, modules

PAGE = ROOT / "docs" / "security" / "cryptography.md"
OF_OTHERS = {"argon2", "authlib", "cryptography", "hashlib", "hmac", "joserfc", "ssl", "webauthn"}
OF_OURS = {
    "django.contrib.auth.hashers.make_password",
    "django.core.signing",
    "django.utils.crypto.salted_hmac",
    "linli.foundation.sealing",
    "linli.foundation.signing",
    "linli.foundation.sm3",
    "linli.foundation.vault.blobs",
    "linli.foundation.vault.logic",
    "linli.foundation.webpush",
}
_NAMED = re.compile(r"`((?:[a-z_0-9]+/)+(?:[a-z_0-9]+\.py)?)`")


def uses(tree):
    """Tell whether a module imports what encrypts, signs, hashes or compares secrets."""
    for node in ast.walk(tree):
        names = set()
        if isinstance(node, ast.Import):
            names = {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        if any(name in OF_OURS or name.partition(".")[0] in OF_OTHERS for name in names):
            return True
    return False


def named():
    """Return the modules and folders that the page names, below the package."""
    text = PAGE.read_text("utf-8").partition("## 哪里用")[2]
    return {name for name in _NAMED.findall(text) if not name.startswith("tests/")}


def test_names_every_module_that_uses_cryptography():
    told = named()

    untold = [
        where
        for path, tree in modules()
        if uses(tree) and (where := str(path.relative_to(PACKAGE))) not in told
        and not any(name.endswith("/") and where.startswith(name) for name in told)
    ]  # fmt: skip

    assert untold == []
    assert len(told) > 80


def test_names_none_that_is_not_there_or_uses_none():
    using = [str(path.relative_to(PACKAGE)) for path, tree in modules() if uses(tree)]

    idle = {name for name in named() if not any(one.startswith(name) for one in using)}

    assert idle == set()
