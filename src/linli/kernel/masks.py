"""How what names somebody is shown where the whole of it is nobody's business."""

_SHORTEST_PLATE = 5


def plate(plate: str) -> str:
    """Return a plate as lists show it, everywhere alike, for two ways would show more between them
    than either: `京A·1***5`. Nothing stays nothing.
    """
    if not plate:
        return ""
    return f"{plate[:2]}·{plate[2]}***{plate[-1]}" if len(plate) >= _SHORTEST_PLATE else "***"
