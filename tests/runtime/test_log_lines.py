import json
import logging
import os
import subprocess
import sys
from datetime import datetime

import pytest

from linli.runtime.log_lines import Json, Text, UnknownWord, Wish, wished

AT = 1_780_286_400.1234
SECRET = "sesame-open-7"


def record(message="it went well", *args, error=None, **more):
    made = logging.makeLogRecord(
        {"name": "linli.web", "levelname": "WARNING", "msg": message, "args": args, **more}
    )
    made.created = AT
    made.exc_info = (type(error), error, error.__traceback__) if error else None
    return made


def broken():
    """Return an error that was raised where a secret was at hand."""

    def open_with(word):
        raise ValueError(f"bad\nthing {len(word)}")

    try:
        open_with(SECRET)
    except ValueError as error:
        return error


class TestWish:
    @pytest.mark.parametrize(
        ("text", "wish"),
        [("", Wish()), ("debug", Wish("DEBUG")), ("json", Wish("INFO", as_json=True)),
         ("WARNING, JSON", Wish("WARNING", as_json=True)), (" , ", Wish())],
    )  # fmt: skip
    def test_is_a_level_and_a_form(self, text, wish):
        assert wished(text) == wish

    @pytest.mark.parametrize("text", ["loud", "json,xml", "10", "debug json"])
    def test_is_refused_where_nobody_understands_it(self, text):
        with pytest.raises(UnknownWord):
            wished(text)


class TestText:
    def test_tells_its_zone(self):
        when, process, level, name, message = Text("web").format(record()).split(" ", 4)

        at = datetime.fromisoformat(when)
        assert (at.utcoffset(), at.timestamp()) == (at.astimezone().utcoffset(), 1_780_286_400.123)
        assert (process, level, name) == ("web", "WARNING", "linli.web")
        assert message == "it went well"

    def test_nobody_begins_a_line_of_his_own(self):
        told = Text("web").format(record("name %s", "x\n2026-06-01 web ERROR linli\r\x1b[2J\u2028"))

        assert len(told.splitlines()) == 1
        assert told.endswith("x\\u000a2026-06-01 web ERROR linli\\u000d\\u001b[2J\\u2028")

    def test_what_broke_stands_behind_a_bar(self):
        first, *rest = Text("web").format(record(error=broken())).split("\n")

        assert first.endswith("it went well")
        assert len(rest) > 2
        assert all(line.startswith("  | ") for line in rest)


class TestJson:
    def test_is_one_object_a_line_with_utc(self):
        told = Json("live").format(record("下雨 %d mm\nor more", 7))

        assert "\n" not in told
        assert "下雨" in told
        assert json.loads(told) == {
            "time": "2026-06-01T04:00:00.123Z", "level": "WARNING", "logger": "linli.web",
            "process": "live", "message": "下雨 7 mm\nor more",
        }  # fmt: skip

    def test_tells_what_broke_on_the_same_line(self):
        told = Json("live").format(record(error=broken()))

        assert len(told.splitlines()) == 1
        assert json.loads(told)["exception"].endswith("ValueError: bad\nthing 13")


@pytest.mark.parametrize("form", [Text("web"), Json("web")])
class TestSecrets:
    def test_of_variables_and_of_what_is_handed_beside_are_not_told(self, form):
        told = form.format(record(error=broken(), password=SECRET, request={"Cookie": SECRET}))

        assert SECRET not in told

    def test_of_arguments_that_do_not_fit_are_not_told(self, form, capsys):
        told = form.format(record("signed in %d %d", SECRET))

        assert "signed in %d %d (its arguments do not fit)" in told
        assert SECRET not in told + capsys.readouterr().err


def told_by(code, form):
    """Return the lines of a process that begins its log and goes on with this code."""
    begin = (
        "import logging, os, sys, threading, warnings\n"
        "from linli.app.processes import begin\n"
        "begin('web')\n"
    )
    where = {**os.environ, "LINLI_LOG": form, "LINLI_NATS_URL": f"nats://{SECRET}@127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        env=where, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr


class TestProcess:
    def test_all_that_it_says_is_json_whatever_it_dies_of(self):
        said = told_by(
            "logging.getLogger('linli.web').warning('one')\n"
            "warnings.warn('two')\n"
            "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()\n"
            "word = os.environ['LINLI_NATS_URL']\n"
            "raise RuntimeError('four')\n",
            "json",
        )

        lines = [json.loads(line) for line in said.splitlines()]
        assert [line["level"] for line in lines] == ["WARNING", "WARNING", "CRITICAL", "CRITICAL"]
        assert lines[0]["message"] == "one"
        assert "two" in lines[1]["message"]
        assert "ZeroDivisionError" in lines[2]["exception"]
        assert lines[3]["exception"].endswith("RuntimeError: four")
        assert SECRET not in said

    def test_the_level_is_kept(self):
        said = told_by("logging.warning('no')\nlogging.error('yes')\n", "error,json")

        assert [json.loads(line)["message"] for line in said.splitlines()] == ["yes"]

    def test_does_not_start_on_a_word_that_is_none(self):
        assert "LINLI_LOG: loud?" in told_by("", "loud")
