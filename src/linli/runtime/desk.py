"""Questions of devices, answered from the records: in a few threads, each in a transaction."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
from django.db import close_old_connections

from linli.adapters.bus import Bus
from linli.contracts import asking, subjects
from linli.contracts.asking import Asked, Told
from linli.foundation.passing import is_passing
from linli.kernel.fault import Fault

_log = logging.getLogger(__name__)
_THREADS = 4
_TOGETHER = "desk"
"""Several processes may answer: each question goes to one of them."""

Answer = Callable[[Asked, datetime], Told]


async def open_desk(*, bus: Bus, answers: Mapping[str, Answer]) -> ThreadPoolExecutor:
    """Answer from now on; return the threads, which the caller ends."""
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="desk")
    loop = asyncio.get_running_loop()

    async def reply(body: bytes) -> bytes:
        return await loop.run_in_executor(threads, answered, body, answers)

    await bus.answer(subject=subjects.ask("desk", "*"), reply=reply, together=_TOGETHER)
    return threads


def answered(body: bytes, answers: Mapping[str, Answer]) -> bytes:
    """Return the answer to a question of the bus. A refusal is an answer: its key is the reason.
    So is our own trouble, which is in the log: whoever asks goes by that, and does not wait. Where
    the records are only away or locked for now it is `BUSY`: asked again later, it is answered.
    """
    try:
        asked = asking.asked(body)
    except msgspec.DecodeError:
        return asking.tell(asking.MALFORMED)
    answer = answers.get(asked.kind)
    if answer is None:
        return asking.tell(asking.NOBODY)
    close_old_connections()
    try:
        return asking.tell(answer(asked, datetime.now(UTC)))
    except Fault as fault:
        return asking.tell(Told(ok=False, reason=fault.key))
    except msgspec.ValidationError:
        return asking.tell(asking.MALFORMED)
    except Exception as error:
        return asking.tell(_failed(asked, error))
    finally:
        close_old_connections()


def _failed(asked: Asked, error: Exception) -> Told:
    if is_passing(error):
        _log.warning("%s of %s is not answered now: %s", asked.kind, asked.device, error)
        return asking.BUSY
    _log.error("%s of %s was not answered", asked.kind, asked.device, exc_info=error)
    return asking.TROUBLE
