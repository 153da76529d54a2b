"""Text that a person reads, in both languages, chosen late."""

import msgspec


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """One text in Chinese and in English."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the text for a language tag; Chinese unless English is asked for."""
        return self.en if language.startswith("en") else self.zh


def alike(text: str) -> Words:
    """Return a text that is the same in either language: a number, a plate, a time."""
    return Words(zh=text, en=text)


def both(words: Words) -> dict[str, str]:
    """Return a text in its two languages, as it is answered and kept."""
    return {"zh": words.zh, "en": words.en}
