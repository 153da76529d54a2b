"""Shapes of the cash desk, over HTTP. Every amount is a whole number of fen."""

from datetime import datetime
from typing import Any, Literal

import segno
from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.wallet.queries import WalletOf
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


class PaidInIn(Schema):
    """Cash at the desk into the wallet of `subject` (`person:12`)."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(max_length=32, pattern=r"^(person|staff):[0-9]+$")
    fen: int
    key: str = Field(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")


class PayOutIn(Schema):
    """Pay so much out of an account, in cash or by the bank. `key` is the asker's own: sent again
    it is one.
    """

    model_config = ConfigDict(extra="forbid")
    account: str = Field(max_length=128)
    fen: int
    to: Literal["cash", "bank"]
    reason: str = Field(min_length=2, max_length=200)
    key: str = Field(min_length=8, max_length=64)


class PayOutReceipt(Schema):
    """What was paid out: `number` is that of the posting."""

    number: int
    account: str
    fen: int
    to: str
    at: datetime


class PayOutAsked(Schema):
    """The receipt, or the number of the request where a second person must let it pass."""

    receipt: PayOutReceipt | None
    approval: int | None


class WalletsSought(Schema):
    """Whose wallet: a part of the name, the whole telephone number or its end."""

    q: str = Field(min_length=2, max_length=64)


class WalletFound(Schema):
    """Whose wallet it is (`about`: his home and his number, masked), what is left in it, and what
    of his is set aside.
    """

    subject: str
    account: str
    name: str
    about: TwoLanguages
    fen: int
    held_fen: int


class WalletsFound(Schema):
    items: list[WalletFound]


class PayCode(Schema):
    """Where whoever scans it pays an order; `qr` is the picture (an address that holds it)."""

    url: str
    qr: str


def wallet_of_out(found: WalletOf) -> dict[str, Any]:
    """Return whose a wallet is, and what is in it."""
    return {"subject": found.subject, "account": found.account, "name": found.name,
            "about": both(found.about), "fen": found.fen, "held_fen": found.held_fen}  # fmt: skip


def code_out(url: str) -> dict[str, str]:
    """Return an address and its QR code."""
    return {"url": url, "qr": segno.make(url, error="m", micro=False).svg_data_uri(scale=8)}
