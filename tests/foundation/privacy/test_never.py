"""What is never collected has no column, whoever sends it and whatever it is called."""

import pytest
from django.apps import apps

from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.never import NEVER, never
from linli.registry.imports.sheets import SHEETS


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("人脸照片", "人脸"),
        ("Face ID", "人脸"),
        ("指纹*", "指纹"),
        ("宗 教", "宗教信仰"),
        ("Bank_Card No.", "银行卡号"),
        ("既往病史", "病历诊断"),
        ("初始密码", "密码"),
    ],
)
def test_knows_it_by_any_name(heading, what):
    assert never(heading).zh == what


@pytest.mark.parametrize("heading", ["", "姓名", "电话", "特殊群体", "备注", "Phone", "Model"])
def test_leaves_the_rest(heading):
    assert never(heading) is None


def test_is_said_in_both_languages():
    assert all(what.zh and what.en and words for what, words in NEVER)


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_spreadsheet_has_a_column_for_it_in_or_out(sheet):
    headings = [word for column in SHEETS[sheet] for word in (column.zh, column.en)]

    assert [word for word in headings if never(word)] == []


def test_no_field_of_a_person_is_for_it():
    names = [
        datum.name
        for model in apps.get_models()
        for datum in declared(model).values()
        if datum.name.zh and "account" not in datum.purposes
    ]

    assert [name.zh for name in names if never(name.zh) or never(name.en)] == []
