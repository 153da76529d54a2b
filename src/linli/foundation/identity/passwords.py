"""What a password may not be made of: words of this house. Django asks, by its own list of checks
(`AUTH_PASSWORD_VALIDATORS`). The words are told in docs/explanation/identity.md.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from linli.contracts.identity import known_words
from linli.foundation.identity import logic
from linli.foundation.identity.models import Account
from linli.foundation.identity.roles import PERMISSIONS

CODE = "house_words"


class HouseWords:
    """Refuse a password that is too short without the words that somebody would try here first."""

    def __init__(self, least: int) -> None:
        self._least = least

    def validate(self, password: str, user: Account | None = None) -> None:
        """Look at a password.

        :raises ValidationError: if it is
        """
        if logic.of_this_house(password=password, words=_words(user), least=self._least):
            raise ValidationError("words of this house", code=CODE)

    def get_help_text(self) -> str:
        """Say so, where Django itself asks for a password."""
        return "不要以小区、产品、岗位的名称或自己的姓名、登录名、电话为主。"


def _words(user: Account | None) -> Iterator[str]:
    yield from logic.PRODUCT
    for role in PERMISSIONS:
        yield role.replace("_", "")
    if user is None:
        return
    for name in (user.username, user.name, *known_words(user.pk or 0)):
        yield from logic.parts_of(name)
