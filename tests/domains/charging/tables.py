"""The rows of tariffs as they stand in the documentation. To write them there anew:
`python -m tests.domains.charging.tables`.
"""

from pathlib import Path

from linli.contracts.charging import StopReason
from linli.domains.charging.logic import tariffs

PAGE = Path("docs/explanation/charging.md")
FILES = sorted(Path("catalog/tariffs/charging").glob("*.toml"))
BEGIN, END = "<!-- rows -->", "<!-- /rows -->"
_COLUMNS = ("electricity_fen", "service_fen", "idle_fen", "package_fen", "total_fen")


def table(file):
    """Return the rows of a tariff as a table."""
    text = file.read_text("utf-8")
    tariff = tariffs.load(text)
    lines = [
        f"**{tariff.name.zh} · {tariff.name.en}** (`{file.as_posix()}`)",
        "",
        "| 情形 · case | 读数（时刻 kWh）· readings | 电费 | 服务费 | 占位 | 套餐 "
        "| 合计（分）· total, fen |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in tariffs.rows(text):
        readings = "；".join(row["meter"])
        more = f"；拔枪 unplugged {row['unplugged']}" if "unplugged" in row else ""
        fees = " | ".join(str(row.get(name, 0)) for name in _COLUMNS)
        lines.append(f"| {row['title']['zh']} · {row['title']['en']} | {readings}{more} | {fees} |")
    return "\n".join(lines)


def rows():
    """Return all that stands between the marks of the page."""
    order = " › ".join(f"`{one}`" for one in list(StopReason)[:11])
    return "\n\n".join([BEGIN, *(table(file) for file in FILES), order, END])


def placed(page):
    """Return the page with its rows as they are."""
    before, _, rest = page.partition(BEGIN)
    return before + rows() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(placed(PAGE.read_text("utf-8")), "utf-8")
