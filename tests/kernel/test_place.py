from linli.kernel import place


def test_under_does_not_take_a_name_that_only_begins_alike():
    assert place.under(path="hml/b01/u1", ancestor="hml/b01")
    assert place.under(path="hml/b01", ancestor="hml/b01")
    assert not place.under(path="hml/b011", ancestor="hml/b01")


def test_lineage_goes_up_to_the_estate():
    assert place.lineage("hml/b01/u1") == ["hml/b01/u1", "hml/b01", "hml"]
    assert place.parent("hml") == ""
