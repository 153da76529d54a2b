"""What cases ask of the outside beside `contracts`; answered in the application's wiring."""

from collections.abc import Mapping, Sequence

from linli.domains.cases.logic.kinds import CaseKind
from linli.kernel.port import Port

case_kinds: Port[[], Mapping[str, CaseKind]] = Port("cases.kinds")
"""The kinds of the catalogue, by id; `general` is among them."""

assign: Port[[Sequence[Sequence[int | None]], Sequence[int]], list[int | None]] = Port(
    "cases.assign"
)
"""Asked with costs (rows cases, columns places in queues, None never) and the cost of each row's
waiting; answers the column of each row, or None, at the least cost in all."""
