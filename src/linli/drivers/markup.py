"""XML from devices: read whatever they declare, refuse what is made to hurt.

No DTD, no entities, no deep nests, no endless lists; the size is looked at before anything else.
Names are given without their namespaces, since firmwares write them three ways or not at all.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from linli.drivers.frames import BadFrame

LONGEST_BYTES = 512 * 1024
_DEEPEST = 40
_MOST_ELEMENTS = 20_000
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,30})["']""")
_DECLARATION = re.compile(r"^<\?xml[^>]{0,200}\?>")
_LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_BOM = b"\xef\xbb\xbf"
_CHINESE = "gb18030"
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": _CHINESE,
    "gbk": _CHINESE,
    "gb18030": _CHINESE,
    "iso-8859-1": "iso-8859-1",
}


class _Bounded(TreeBuilder):
    """Builds a tree no deeper or larger than is sane, as a rule of names without namespaces."""

    def __init__(self, *, whole_names: bool) -> None:
        super().__init__()
        self._whole_names = whole_names
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            raise BadFrame(f"XML nested deeper than {_DEEPEST}")
        if self._elements > _MOST_ELEMENTS:
            raise BadFrame(f"XML of more than {_MOST_ELEMENTS} elements")
        return super().start(tag if self._whole_names else local(tag), attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag if self._whole_names else local(tag))


def read(data: bytes, *, longest: int = LONGEST_BYTES, whole_names: bool = False) -> Element:
    """Return the root of a document. A loose `&` in text is taken for itself.

    With `whole_names` names keep their namespaces, for who must say them again.

    GB 2312 and GBK are read as GB 18030, which holds both. What is declared is believed first; a
    body that is not what it declares is tried as the other of UTF-8 and GB 18030.

    :raises BadFrame: if it is too long, no XML, declares a DTD or an unknown encoding
    """
    if len(data) > longest:
        raise BadFrame(f"XML of {len(data)} bytes, at most {longest} are read")
    text = _LOOSE.sub("&amp;", _DECLARATION.sub("", _text(data.strip())))
    parser = DefusedXMLParser(target=_Bounded(whole_names=whole_names), forbid_dtd=True)
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, ValueError) as wrong:
        raise BadFrame(_said(wrong)) from None
    return root


def _said(wrong: Exception) -> str:
    if isinstance(wrong, DefusedXmlException):
        return f"XML with {type(wrong).__name__.removesuffix('Forbidden')}"
    return f"no XML: {wrong}"


def _text(data: bytes) -> str:
    data = data.removeprefix(_BOM)
    found = _DECLARED.match(data)
    declared = found[1].decode("ascii").lower() if found else "utf-8"
    first = _CODECS.get(declared)
    if first is None:
        raise BadFrame(f"XML in {declared}, which is not read")
    for codec in (first, "utf-8", _CHINESE):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    raise BadFrame(f"XML is not in {declared}, as it says")


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def child(of: Element | None, *names: str) -> Element | None:
    """Return the first child of one of these names, in either case of letters."""
    wanted = {name.lower() for name in names}
    return next((one for one in (of if of is not None else ()) if one.tag.lower() in wanted), None)


def below(of: Element, name: str) -> Iterator[Element]:
    """Yield every element of a name, at any depth, in either case of letters."""
    wanted = name.lower()
    return (one for one in of.iter() if one.tag.lower() == wanted)


def text(of: Element | None, *names: str, longest: int = 200) -> str:
    """Return what the first child of one of these names says, trimmed; "" where there is none."""
    found = child(of, *names)
    return (found.text or "").strip()[:longest] if found is not None else ""


def number(of: Element | None, *names: str) -> float | None:
    """Return what a child says as a finite number; None where it says none."""
    try:
        value = float(text(of, *names))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # noqa: PLR2004 - neither infinite nor NaN
