"""Where something is: the path of codes from the estate down, as `hml/b03/u1/f05/501`."""


def under(*, path: str, ancestor: str) -> bool:
    """Tell whether the path is the ancestor itself or lies below it."""
    return path == ancestor or path.startswith(ancestor + "/")


def parent(path: str) -> str:
    """Return the path one level up; the estate's is empty."""
    return path.rpartition("/")[0]


def lineage(path: str) -> list[str]:
    """Return the path and everything above it, the place itself first."""
    out = [path]
    while path := parent(path):
        out.append(path)
    return out
