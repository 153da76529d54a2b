"""Labels as a sheet to print: one page of HTML with a QR code (ISO/IEC 18004) for each device."""

from collections.abc import Sequence
from html import escape

import segno

from linli.registry.devices.models import Device
from linli.registry.fleet import labels

_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>设备标签 · Device labels</title>
<style>
body {{ font-family: sans-serif; margin: 8mm; }}
main {{ display: flex; flex-wrap: wrap; gap: 4mm; }}
section {{ width: 62mm; height: 30mm; padding: 2mm; display: flex; gap: 2mm;
  border: 0.2mm solid #888; box-sizing: border-box; break-inside: avoid; overflow: hidden; }}
svg {{ width: 25mm; height: 25mm; flex: none; }}
p {{ margin: 0 0 1mm; font-size: 8pt; overflow-wrap: anywhere; }}
strong {{ font-size: 9pt; }}
</style>
</head>
<body><main>
{labels}
</main></body>
</html>
"""


def sheet(*, rows: Sequence[Device], base: str) -> str:
    """Return a page of labels, of devices that all have one; `base` is where phones reach us."""
    return _PAGE.format(labels="\n".join(_label(row, base) for row in rows))


def _label(row: Device, base: str) -> str:
    text = labels.write(model=row.model, serial=row.serial)
    held = labels.link(base=base, community=row.community, text=text)
    code = segno.make(held, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, title=escape(row.code))
    said = "".join(
        f"<p>{escape(text)}</p>" for text in (row.code, row.serial, row.place.name.zh) if text
    )
    return (
        f"<section>{drawn}<div><p><strong>{escape(row.name_zh)}</strong></p>{said}</div></section>"
    )
