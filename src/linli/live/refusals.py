"""What was refused or flagged, counted by device and reason in bounded memory."""

import secrets

from linli.contracts.effects import AnyEffect, ReadingsRefused

_MOST = 2000
_SAMPLE_BYTES = 80
MANY = "*"
"""Stands for the devices that did not fit: the count is kept, the name is not."""


class Refusals:
    """Counts since they were last told."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._samples: dict[tuple[str, str], str] = {}
        self._taken: dict[tuple[str, str], bool] = {}
        self.total = 0

    def count(
        self, device: str, reason: str, *, taken: bool = False, sample: bytes = b"", many: int = 1
    ) -> None:
        """Count a refusal, or a flag on something that was taken."""
        self.total += many
        key = (device, reason)
        found = self._counts.get(key)
        if found is not None:
            found[0] += many
            return
        if len(self._counts) >= _MOST:
            key = (MANY, reason)
            if key in self._counts:
                self._counts[key][0] += many
                return
        self._counts[key] = [many]
        self._taken[key] = taken
        self._samples[key] = harmless(sample)

    def tell(self, *, community: str, at: float) -> list[AnyEffect]:
        """Return the counts as effects, and begin anew."""
        out: list[AnyEffect] = [
            ReadingsRefused(
                id=secrets.token_hex(12),
                at=at,
                community=community,
                cause="",
                device=device,
                reason=reason,
                count=counts[0],
                taken=self._taken[device, reason],
                sample=self._samples[device, reason],
            )
            for (device, reason), counts in self._counts.items()
        ]
        self._counts, self._samples, self._taken = {}, {}, {}
        return out


def harmless(sample: bytes) -> str:
    """Return a short piece of what came, with nothing in it that a screen or log could obey."""
    text = sample[:_SAMPLE_BYTES].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "·" for c in text)
