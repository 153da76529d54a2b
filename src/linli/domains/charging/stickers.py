"""Stickers for plugs and sockets as a sheet to print: a page of HTML, each with a QR code (ISO/IEC
18004). The code is a link that opens a resident's page with that place chosen: by itself it begins
nothing, and whoever reads it learns no more than what stands beside it.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import segno

from linli.domains.charging.models import Connector, Site

_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font-family: sans-serif; margin: 8mm; }}
main {{ display: flex; flex-wrap: wrap; gap: 4mm; }}
section {{ width: 60mm; height: 80mm; padding: 3mm; display: flex; flex-direction: column;
  align-items: center; border: 0.2mm solid #888; box-sizing: border-box; break-inside: avoid;
  overflow: hidden; text-align: center; }}
svg {{ width: 42mm; height: 42mm; flex: none; }}
p {{ margin: 0 0 1mm; font-size: 8pt; overflow-wrap: anywhere; }}
h2 {{ margin: 0; font-size: 22pt; line-height: 1.1; }}
strong {{ font-size: 11pt; }}
</style>
</head>
<body><main>
{stickers}
</main></body>
</html>
"""


def link(*, base: str, community: str, device: str) -> str:
    """Return the address that a QR code holds; `base` is where this installation is reached."""
    said = urlencode({"at": device, "in": community})
    return f"{base.rstrip('/')}/my/charging?{said}"


def sheet(*, site: Site, rows: Sequence[Connector], base: str) -> str:
    """Return a page of stickers for what stands at a site."""
    title = f"{site.name.zh} · {site.name.en}"
    drawn = "\n".join(_sticker(site, row, base) for row in rows)
    return _PAGE.format(title=escape(title), stickers=drawn)


def _sticker(site: Site, row: Connector, base: str) -> str:
    held = link(base=base, community=row.community, device=row.device.code)
    code = segno.make(held, error="m", micro=False)
    drawn = code.svg_inline(border=4, omitsize=True, title=escape(row.label))
    english = f"<p>{escape(site.name.en)}</p>" if site.name.en != site.name.zh else ""
    return (
        f"<section><p><strong>扫码充电 · Scan to charge</strong></p>{drawn}"
        f"<h2>{escape(row.label)}</h2><p>{escape(site.name.zh)}</p>{english}"
        f"<p>{escape(row.device.code)}</p></section>"
    )
