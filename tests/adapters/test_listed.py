"""Where the operator lists whom we call, nobody else is called, whoever names him."""

import os
import subprocess
import sys

import pytest
from aiohttp import web

from linli.adapters.codes import Gateway
from linli.adapters.outward import Caller
from linli.adapters.wechat import WeChat
from linli.contracts.identity import CodeToSend
from linli.foundation import targets
from linli.foundation.sending import Reply
from linli.kernel.addresses import is_listed
from tests.adapters.provider import CLIENT, running
from tests.adapters.test_oidc import ERRAND, NOW, Provider
from tests.adapters.test_outward import Names, server

LISTED = ("lifts.example", "*.gov.example", "政务.example", "10.2.3.4")


@pytest.mark.parametrize(
    ("host", "listed"),
    [("lifts.example", True), ("LIFTS.example.", True), ("a.lifts.example", False),
     ("12345.gov.example", True), ("a.b.gov.example", True), ("gov.example", False),
     ("notgov.example", False), ("gov.example.evil.example", False), ("10.2.3.4", True),
     ("xn--zfr164b.example", True), ("政务.example", True), ("", False)],
)  # fmt: skip
def test_a_host_is_one_of_them_or_below_one(host, listed):
    assert is_listed(host, hosts=LISTED) is listed


def test_where_none_is_listed_any_may_be_called():
    assert is_listed("lifts.example", hosts=())


@pytest.mark.parametrize("inside", [True, False])
def test_an_address_elsewhere_is_refused_as_it_is_entered(settings, inside):
    settings.OUTWARD_HOSTS = LISTED

    assert targets.may_call("https://lifts.example/hook", inside=inside)
    assert not targets.may_call("https://other.example/hook", inside=inside)
    assert not targets.may_call("https://lifts.example@other.example/hook", inside=inside)


class TestPost:
    async def test_reaches_nobody_else_not_even_what_was_entered_before(self):
        async with server(web.Response()) as (url, seen):
            port = url.rpartition(":")[2]
            names = Names(["127.0.0.1"])
            caller = Caller(inside=True, hosts=LISTED, resolver=names)
            said = await caller.post(url=f"http://127.0.0.1:{port}/x", headers={}, body=b"")

        assert (said, seen, names.asked) == (Reply(status=0, reason="not listed"), [], 0)

    async def test_reaches_who_is_listed(self):
        async with server(web.Response(status=204)) as (url, seen):
            said = await Caller(inside=True, hosts=("127.0.0.1",)).post(
                url=f"{url}/x", headers={}, body=b""
            )

        assert (said.status, len(seen)) == (204, 1)

    async def test_a_listed_host_still_has_to_lie_outside(self):
        caller = Caller(inside=False, hosts=("lifts.example",), resolver=Names(["10.0.0.1"]))

        said = await caller.post(url="https://lifts.example/x", headers={}, body=b"")

        assert said == Reply(status=0, reason="not outside")


class TestVouching:
    def asking(self, there, hosts):
        return Provider(issuer=there.url, client=CLIENT, secret=lambda: "", hosts=hosts)

    def test_a_provider_that_is_not_listed_is_not_asked(self):
        with running() as there:
            assert self.asking(there, ("id.example",)).address(ERRAND) is None
            assert there.paths == []

    def test_one_that_is_listed_sends_us_to_no_other(self, caplog):
        with running() as there, running() as other:
            there.says = {"token_endpoint": other.url.replace("127.0.0.1", "localhost") + "/token"}
            asking = self.asking(there, ("127.0.0.1",))

            assert asking.address(ERRAND)
            assert asking.subject(ERRAND, "code-0", NOW) is None
            assert other.asked == []
        assert "LINLI_OUTWARD_HOSTS does not list it" in caplog.text

    def test_nor_is_wechat(self):
        with running() as there:
            url = f"{there.url}/jscode2session"
            app = WeChat(url=url, app="wx", secret=str, hosts=("x.example",))

            assert app.openid("code") is None
            assert there.paths == []


async def test_a_gateway_of_codes_that_is_not_listed_gets_none(caplog):
    async with server(web.Response()) as (url, seen):
        gateway = Gateway(url=f"{url}/send", token=str, hosts=("sms.example",))
        gateway.send(CodeToSend(phone="+8613800138000", code="123456", use="reset",
                                language="zh", now=NOW))  # fmt: skip
        gateway.wait()

    assert seen == []
    assert "not listed" in caplog.text
    assert "123456" not in caplog.text


@pytest.mark.parametrize(
    ("more", "starts"),
    [({}, True), ({"LINLI_OIDC_ISSUER": "https://id.gov.example"}, True),
     ({"LINLI_OIDC_ISSUER": "https://id.example"}, False),
     ({"LINLI_CODES": "https://sms.example/send"}, False), ({"LINLI_CODES": "shown"}, True),
     ({"LINLI_WECHAT_APP": "wx1"}, False)],
)  # fmt: skip
def test_settings_that_name_somebody_else_do_not_start(more, starts, tmp_path):
    where = {**os.environ, "LINLI_HOME": str(tmp_path), "LINLI_OUTWARD_HOSTS": " *.gov.example, "}

    done = subprocess.run(
        [sys.executable, "-c", "import linli.app.settings as s; print(s.OUTWARD_HOSTS)"],
        env={**where, **more}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode == 0) is starts
    assert ("('*.gov.example',)" in done.stdout) is starts
    assert ("LINLI_OUTWARD_HOSTS does not list" in done.stderr) is not starts
