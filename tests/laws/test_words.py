"""Every refusal has its sentence in Chinese and in English, and every sentence its refusal."""

import re

from linli.web.sentences import sentences
from tests.laws.source import modules

KEY = re.compile(r'^\s+key(?:: str)? = "([a-z_.0-9]+)"', re.MULTILINE)


def declared_keys():
    return {key for path, _ in modules() for key in KEY.findall(path.read_text("utf-8"))}


def test_every_fault_has_words_in_both_languages():
    words = sentences()
    silent = sorted(
        key for key in declared_keys() if key not in words or not (words[key].zh and words[key].en)
    )

    assert silent == []


def test_chinese_words_are_chinese():
    foreign = [
        key for key, words in sentences().items() if not re.search(r"[\u4e00-\u9fff]", words.zh)
    ]

    assert foreign == []
