"""Shapes that every domain's doors share. A schema has one name in the whole API, and one meaning:
the programmer of a client sees no package, only the name.
"""

from ninja import Schema


class TwoLanguages(Schema):
    """A text in both languages, as it is answered."""

    zh: str
    en: str


class TextIn(Schema):
    """A text as a person enters it; whoever writes no English gives none."""

    zh: str
    en: str = ""


class Person(Schema):
    """Who did something: the account, by the name that colleagues see."""

    id: int
    name: str
