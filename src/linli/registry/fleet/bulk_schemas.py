"""What is done to many devices as it travels over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from linli.contracts.sentences import sentence
from linli.foundation.shapes import TwoLanguages
from linli.registry.devices import words
from linli.registry.fleet.models import Bulk, BulkItem
from linli.registry.fleet.operations import Wish

Action = Literal["enable", "disable", "move", "maintain", "release", "credential"]
State = Literal["unconfirmed", "running", "paused", "cancelled", "done", "expired"]


class Filter(Schema):
    """As in the list of devices: every word narrows, and at least one must be given."""

    model_config = ConfigDict(extra="forbid")
    q: str = ""
    model: str = ""
    category: str = ""
    place: str = ""
    online: bool | None = None
    maintenance: bool | None = None

    def sought(self) -> dict[str, Any]:
        """Return the words that narrow, as the register calls them."""
        names = {"q": "text", "maintenance": "maintained"}
        said = {name: value for name, value in self.dict().items() if value not in {"", None}}
        return {names.get(name, name): value for name, value in said.items()}


class Selection(Schema):
    """Which devices: `codes`, or a `filter` as it finds them now. `key` tells a request repeated
    from a second one.
    """

    model_config = ConfigDict(extra="forbid")
    key: str = Field(min_length=1, max_length=64)
    codes: list[str] = []
    filter: Filter = Filter()


class BulkIn(Selection):
    """`move` needs `place`; `maintain` needs `until` and `reason`; the others need nothing more."""

    action: Action
    place: str | None = None
    until: AwareDatetime | None = None
    reason: str | None = Field(default=None, min_length=2, max_length=200)

    def wish(self) -> Wish:
        """Return what is wanted."""
        said = {"place": self.place, "until": self.until, "reason": self.reason}
        return Wish(
            key=self.key,
            action=self.action,
            said={name: value for name, value in said.items() if value is not None},
            codes=self.codes,
            sought=self.filter.sought(),
        )


class BulkCommandIn(Selection):
    """A service with its arguments, for each of the devices."""

    service: str
    args: dict[str, bool | float | str] = {}

    def wish(self) -> Wish:
        """Return what is wanted."""
        return Wish(
            key=self.key,
            action="command",
            said={"service": self.service, "args": self.args},
            codes=self.codes,
            sought=self.filter.sought(),
        )


class BulkOut(Schema):
    """`said` holds `place`, `until`, `reason`, `service`, `args` as they were given. One that is
    `unconfirmed` is done only if it is confirmed before `confirm_before`. `collectable`: it made
    secrets that nobody has collected. `finished_at` is null while something is left to do.
    """

    id: int
    action: Literal["enable", "disable", "move", "maintain", "release", "credential", "command"]
    said: dict[str, Any]
    state: State
    total: int
    done: int
    failed: int
    account: int
    created_at: datetime
    confirm_before: datetime | None
    finished_at: datetime | None
    collectable: bool


class Bulks(Schema):
    """`next` is the cursor of the next page."""

    items: list[BulkOut]
    next: int | None


class BulkItemOut(Schema):
    """`asked` devices were commanded and have not answered. `sentence` says why one failed."""

    number: int
    device: str
    state: Literal["waiting", "asked", "done", "failed", "cancelled"]
    reason: str
    sentence: TwoLanguages | None
    command: str
    at: datetime | None


class BulkDetail(BulkOut):
    """`next` is the cursor of the next page of devices."""

    items: list[BulkItemOut]
    next: int | None


def bulk_out(row: Bulk) -> dict[str, Any]:
    """Return how far it has come."""
    return {
        "id": row.pk,
        "action": row.action,
        "said": row.said,
        "state": row.state,
        "total": row.total,
        "done": row.done,
        "failed": row.failed,
        "account": row.account_id,
        "created_at": row.created_at,
        "confirm_before": row.confirm_before if row.state == "unconfirmed" else None,
        "finished_at": row.finished_at,
        "collectable": bool(row.nonce) and row.finished_at is not None and row.done > 0,
    }


def detail_out(row: Bulk, items: Sequence[BulkItem], after: int | None) -> dict[str, Any]:
    """Return how far it has come, and what became of some of its devices."""
    return bulk_out(row) | {"items": [_item_out(item) for item in items], "next": after}


def _item_out(item: BulkItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "device": item.device,
        "state": item.state,
        "reason": item.reason,
        "sentence": _sentence(item) if item.reason else None,
        "command": item.command,
        "at": item.at,
    }


def _sentence(item: BulkItem) -> dict[str, str]:
    """Say why: in the words of a refusal, or of what the device answered."""
    said = words.outcome(item.reason) or sentence(item.reason, item.values)
    return {"zh": said.zh, "en": said.en}
