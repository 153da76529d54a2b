"""Which doors the usual run tries, and which values on the second database: others with each
content of the project, so that with time all are met; the same again with the word that the run
prints.
"""

import os
import random
import subprocess
from datetime import date
from functools import cache

from tests.laws.source import ROOT

SETTING = "LINLI_SAMPLE"


@cache
def word():
    """Return by what the sample is drawn: what `LINLI_SAMPLE` says, else the content of the commit,
    else the day.
    """
    said = os.environ.get(SETTING, "")
    if said:
        return said
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD^{tree}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()[:12] or date.today().isoformat()  # noqa: DTZ011 - any day will do


def number(about):
    """Return a number of this run, another for each thing that it is about."""
    return random.Random(f"{word()} {about}").getrandbits(32)


def some(about, every, most):
    """Return so many of them, or all where there are no more."""
    every = list(every)
    return random.Random(number(about)).sample(every, min(most, len(every)))
