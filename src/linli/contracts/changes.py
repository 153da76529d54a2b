"""What somebody changed, as facts of settings tell it."""

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing (`what`) that was otherwise `before`, both as one reads them; nothing where there
    was none.
    """

    what: str
    before: str
    after: str
