"""A connection on which sound is poured into a panel: one PUT that announces no body, answered at
once, after which the connection carries what it carries (as AlexxIT/go2rtc speaks to such panels).

The client that asks everything else ends a request with its answer, so this one is written out.
"""

import asyncio
import hashlib
import ssl

from linli.drivers import digest
from linli.drivers.frames import BadFrame
from linli.drivers.isapi.client import NoCamera
from linli.drivers.isapi.options import LineOptions
from linli.drivers.polling import host_and_port

_LONGEST_HEAD = 8 * 1024
_OK, _UNAUTHORIZED = 200, 401
_CHALLENGE = "www-authenticate"


async def pour(options: LineOptions, path: str) -> asyncio.StreamWriter:
    """Return the connection of a PUT to a path, once the panel takes what comes.

    :raises NoCamera: if there is none in time, or it says no
    """
    try:
        async with asyncio.timeout(options.answer_s):
            return await _poured(options, path)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise NoCamera("no_answer" if isinstance(error, TimeoutError) else "unreachable") from error
    except (BadFrame, asyncio.LimitOverrunError) as error:
        raise NoCamera("bad_frame") from error


async def _poured(options: LineOptions, path: str) -> asyncio.StreamWriter:
    writer, status, challenge = await _put(options, path, "")
    if status == _UNAUTHORIZED:
        writer.close()
        signature = digest.signed(
            challenge, user=options.user, password=options.password, method="PUT", uri=path
        )
        writer, status, _ = await _put(options, path, signature)
    if status == _OK:
        return writer
    writer.close()
    raise NoCamera("wrong_password" if status == _UNAUTHORIZED else "refused")


async def _put(
    options: LineOptions, path: str, signature: str
) -> tuple[asyncio.StreamWriter, int, str]:
    """Ask; return the connection, the status, and the challenge of a digest if there is one."""
    reader, writer = await _connected(options)
    lines = [f"PUT {path} HTTP/1.1", f"Host: {options.connect}"]
    lines += ["Content-Type: application/octet-stream", "Content-Length: 0"]
    lines += [f"Authorization: {signature}"] if signature else []
    try:
        writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        status, challenge = _head(await reader.readuntil(b"\r\n\r\n"))
    except BaseException:
        writer.close()
        raise
    return writer, status, challenge


async def _connected(
    options: LineOptions,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect; by TLS where the camera's certificate is known, and to no other."""
    host, port = host_and_port(options.connect)
    if not options.certificate_sha256:
        return await asyncio.open_connection(host, port, limit=_LONGEST_HEAD)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(
        host, port, limit=_LONGEST_HEAD, ssl=context, server_hostname=host
    )
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    if hashlib.sha256(shown).hexdigest() != options.certificate_sha256.lower():
        writer.close()
        raise NoCamera("another_certificate")
    return reader, writer


def _head(head: bytes) -> tuple[int, str]:
    """Return the status of an answer, and the digest that it asks for.

    :raises BadFrame: if it is none of HTTP
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdecimal():  # noqa: PLR2004
        raise BadFrame("no answer of HTTP")
    fields = [line.partition(":") for line in lines]
    asked = [value.strip() for name, _, value in fields if name.strip().lower() == _CHALLENGE]
    return int(words[1]), next((one for one in asked if one.lower().startswith("digest")), "")
