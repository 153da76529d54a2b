"""No read of a community's rows without naming it, whatever Django offers to read with."""

import pytest
from django.db.models import Count, Exists, OuterRef, Prefetch

from linli.foundation.scope.models import Unscoped
from linli.registry.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_estates():
    made = {}
    for code in ("aa", "bb"):
        estate = Place.rows.create(
            community=code, path=code, kind="estate", code=code, name_zh=code
        )
        Place.rows.create(
            community=code,
            path=f"{code}/b1",
            kind="building",
            code="b1",
            name_zh="一号楼",
            parent=estate,
        )
        made[code] = estate
    return made


READS = {
    "all": lambda rows: list(rows.all()),
    "filter": lambda rows: list(rows.filter(kind="estate")),
    "exclude": lambda rows: list(rows.exclude(kind="estate")),
    "len": lambda rows: len(rows.all()),
    "bool": lambda rows: bool(rows.all()),
    "index": lambda rows: rows.all()[0],
    "slice": lambda rows: list(rows.all()[:2]),
    "repr": lambda rows: repr(rows.all()),
    "get": lambda rows: rows.get(path="aa"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("path"),
    "latest": lambda rows: rows.latest("path"),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Place(pk=1)),
    "aggregate": lambda rows: rows.aggregate(Count("id")),
    "annotate": lambda rows: list(rows.annotate(n=Count("children"))),
    "values": lambda rows: list(rows.values("path")),
    "values_list": lambda rows: list(rows.values_list("path", flat=True)),
    "only": lambda rows: list(rows.only("path")),
    "distinct": lambda rows: list(rows.distinct()),
    "iterator": lambda rows: list(rows.iterator()),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "in_bulk of nothing": lambda rows: rows.in_bulk([]),
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: list(rows.raw("SELECT * FROM places_place")),
    "select_related": lambda rows: list(rows.select_related("parent")),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "update": lambda rows: rows.update(name_zh="x"),
    "delete": lambda rows: rows.filter(path="aa/b1").delete(),
    "bulk_update": lambda rows: rows.bulk_update([Place(pk=1, community="aa")], ["name_zh"]),
    "get_or_create": lambda rows: rows.get_or_create(path="aa"),
    "update_or_create": lambda rows: rows.update_or_create(path="aa"),
    "union": lambda rows: list(rows.of("aa").union(rows.all())),
    "intersection": lambda rows: list(rows.of("aa").intersection(rows.all())),
    "difference": lambda rows: list(rows.of("aa").difference(rows.all())),
    "or": lambda rows: list(rows.of("aa") | rows.all()),
    "and": lambda rows: list(rows.all() & rows.of("aa")),
    "xor": lambda rows: list(rows.of("aa") ^ rows.all()),
    "or of two communities": lambda rows: list(rows.of("aa") | rows.of("bb")),
    "inside another": lambda rows: list(rows.of("aa").filter(parent__in=rows.all())),
    "inside another, values": lambda rows: list(rows.of("aa").filter(parent__in=rows.values("id"))),
    "prefetch": lambda rows: list(rows.of("aa").prefetch_related("children")),
    "prefetch of all": lambda rows: list(
        rows.of("aa").prefetch_related(Prefetch("children", queryset=rows.all()))
    ),
    "empty name": lambda rows: list(rows.of("")),
}


class TestReadUnscoped:
    @pytest.mark.parametrize("way", READS)
    def test_raises_instead_of_reading(self, two_estates, way):
        with pytest.raises(Unscoped):
            READS[way](Place.rows)

    @pytest.mark.parametrize(
        "way",
        [w for w in READS if "of(" not in w and w not in {"raw", "prefetch", "prefetch of all"}],
    )
    def test_raises_through_a_related_manager(self, two_estates, way):
        with pytest.raises(Unscoped):
            READS[way](two_estates["aa"].children)

    async def test_raises_when_awaited(self):
        with pytest.raises(Unscoped):
            [row async for row in Place.rows.aiterator()]
        with pytest.raises(Unscoped):
            [row async for row in Place.rows.all()]
        with pytest.raises(Unscoped):
            await Place.rows.acount()


class TestReadScoped:
    def test_gives_only_the_community_named(self, two_estates):
        assert [row.path for row in Place.rows.of("aa").order_by("path")] == ["aa", "aa/b1"]
        assert [row.path for row in two_estates["aa"].children.of("aa")] == ["aa/b1"]
        assert list(two_estates["aa"].children.of("bb")) == []

    def test_naming_two_gives_nothing(self, two_estates):
        assert list(Place.rows.of("aa").of("bb")) == []

    def test_stays_scoped_through_every_clone(self, two_estates):
        rows = Place.rows.of("aa").filter(kind="building").order_by("path").exclude(code="x")

        assert rows.count() == 1
        assert rows.values_list("path", flat=True)[0] == "aa/b1"
        assert rows.in_bulk([rows.get().pk])[rows.get().pk].path == "aa/b1"

    def test_joins_two_of_one_community(self, two_estates):
        rows = Place.rows.of("aa")

        assert (rows.filter(kind="estate") | rows.filter(kind="building")).count() == 2
        assert rows.filter(kind="estate").union(rows.filter(kind="building")).count() == 2

    def test_reads_what_it_prefetched_by_name(self, two_estates):
        rows = Place.rows.of("aa").prefetch_related(
            Prefetch("children", queryset=Place.rows.of("aa"))
        )

        estate = rows.get(path="aa")

        assert [row.path for row in estate.children.all()] == ["aa/b1"]

    def test_lets_a_named_query_stand_inside(self, two_estates):
        inner = Place.rows.of("aa").filter(parent=OuterRef("pk"))

        assert [row.path for row in Place.rows.of("aa").filter(Exists(inner))] == ["aa"]

    def test_none_is_nothing_without_a_name(self):
        assert list(Place.rows.none()) == []


class TestWrite:
    def test_refuses_a_row_of_no_community(self):
        with pytest.raises(Unscoped):
            Place.rows.create(path="x", kind="estate", code="x", name_zh="x")
        with pytest.raises(Unscoped):
            Place.rows.bulk_create([Place(path="x", kind="estate", code="x", name_zh="x")])

    def test_refuses_to_carry_a_row_to_another_community(self, two_estates):
        with pytest.raises(Unscoped):
            Place.rows.of("aa").update(community="bb")
        with pytest.raises(Unscoped):
            Place.rows.of("aa").bulk_update([two_estates["bb"]], ["name_zh"])
        with pytest.raises(Unscoped):
            Place.rows.of("aa").get_or_create(path="bb", community="bb")

    def test_makes_a_missing_row_in_the_community_named(self):
        row, new = Place.rows.of("cc").get_or_create(
            path="cc", defaults={"kind": "estate", "code": "cc", "name_zh": "丙"}
        )
        again, renewed = Place.rows.of("cc").update_or_create(path="cc", defaults={"name_zh": "丁"})

        assert (row.community, new, renewed) == ("cc", True, False)
        assert again.name_zh == "丁"
