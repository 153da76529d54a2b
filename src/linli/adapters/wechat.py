"""A code of a WeChat mini-program for who its user is. Modelled on `jscode2session`."""

import logging
from collections.abc import Callable, Collection
from urllib.parse import urlencode

from linli.adapters import fetching

log = logging.getLogger(__name__)


class WeChat:
    """One app; where `hosts` are listed, no other is asked. What comes back beside the user, its
    session's key above all, is not kept.
    """

    def __init__(
        self, *, url: str, app: str, secret: Callable[[], str], hosts: Collection[str] = ()
    ) -> None:
        self._url = url
        self._app = app
        self._secret = secret
        self._hosts = hosts

    def openid(self, code: str) -> str | None:
        """Return whose code of `wx.login` it is; None if it is nobody's, used, or too old.

        :raises ProviderBusy: if others ask already
        """
        wish = {
            "appid": self._app,
            "secret": self._secret(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        with fetching.turn(hosts=self._hosts) as turn:
            found = turn.ask(f"{self._url}?{urlencode(wish)}") or {}
        openid = found.get("openid")
        if found.get("errcode") or not isinstance(openid, str) or not openid:
            log.warning("wechat gave nobody: %s", found.get("errcode"))
            return None
        return openid
