"""A question that is built once finds what the same query finds, whoever asks and whenever."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.transaction import TransactionManagementError

from linli.foundation.scope.built_once import NotAValue, built_once
from linli.foundation.scope.models import Unscoped
from linli.registry.people.models import Membership, Person
from linli.registry.places.models import Place

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@built_once
def below(*, community: str, kind: str):
    rows = Place.rows.of(community).select_related("parent").filter(kind=kind)
    return rows.order_by("path")


@pytest.fixture
def two_estates():
    for code in ("aa", "bb"):
        estate = Place.rows.create(
            community=code, path=code, kind="estate", code=code, name_zh=code
        )
        for n in (1, 2):
            Place.rows.create(
                community=code, path=f"{code}/b{n}", kind="building", code=f"b{n}",
                name_zh=f"{n}号楼", parent=estate,
            )  # fmt: skip


@pytest.mark.usefixtures("two_estates")
class TestAsked:
    def test_finds_the_rows_of_what_it_is_told_each_time(self):
        first = below(community="aa", kind="building")
        second = below(community="bb", kind="building")
        none = below(community="aa", kind="room")

        assert [row.path for row in first] == ["aa/b1", "aa/b2"]
        assert [row.path for row in second] == ["bb/b1", "bb/b2"]
        assert none == []

    def test_what_is_joined_needs_no_second_question(self, django_assert_num_queries):
        below(community="aa", kind="building")

        with django_assert_num_queries(1):
            names = [row.parent.name_zh for row in below(community="bb", kind="building")]

        assert names == ["bb", "bb"]

    def test_sees_what_was_written_since_it_was_asked_before(self):
        row = below(community="aa", kind="building")[0]
        row.name_zh = "改名"
        row.save()

        assert below(community="aa", kind="building")[0].name_zh == "改名"

    def test_gives_columns_counts_and_what_stands_in_another_query(self):
        @built_once
        def names(*, community: str, path: str):
            rows = Place.rows.of(community).filter(parent__path=path).order_by("path")
            return rows.values_list("code", flat=True)

        @built_once
        def kinds(*, community: str):
            rows = Place.rows.of(community).order_by("kind").values("kind")
            return rows.annotate(n=Count("pk")).values_list("kind", "n")

        @built_once
        def lonely(*, community: str, code: str):
            children = Place.rows.of(community).filter(parent=OuterRef("pk"), code=code)
            return Place.rows.of(community).filter(~Exists(children)).order_by("path")[:1]

        assert names(community="aa", path="aa") == ["b1", "b2"]
        assert kinds(community="bb") == [("building", 2), ("estate", 1)]
        assert lonely.first(community="aa", code="b1").path == "aa/b1"
        assert lonely.first(community="bb", code="none").path == "bb"
        assert lonely.first(community="cc", code="none") is None

    def test_compares_days_and_instants_as_the_database_holds_them(self):
        person = Person.rows.create(community="aa", code="p", name="甲", erased_at=NOW)

        @built_once
        def erased(*, community: str, since: datetime, until: datetime):
            rows = Person.rows.of(community).filter(erased_at__gt=since)
            return rows.filter(Q(erased_at=None) | Q(erased_at__lte=until))

        @built_once
        def begun(*, community: str, day: date):
            return Membership.rows.of(community).filter(Q(since=None) | Q(since__lte=day))

        second = timedelta(seconds=1)
        assert erased(community="aa", since=NOW - second, until=NOW) == [person]
        assert erased(community="aa", since=NOW, until=NOW + second) == []
        assert begun(community="aa", day=NOW.date()) == []

    def test_what_it_is_told_is_never_part_of_its_text(self):
        assert below(community="aa", kind="x' OR '1'='1") == []
        assert below(community="aa", kind="%s") == []

    def test_builds_its_text_once(self):
        asked = []

        @built_once
        def all_of(*, community: str):
            asked.append(community)
            return Place.rows.of(community)

        found = [len(all_of(community=code)) for code in ("aa", "bb", "aa", "cc")]

        assert found == [3, 3, 3, 0]
        assert len(asked) == 1


class TestRefuses:
    @pytest.mark.parametrize("community", ["", "*"])
    def test_no_community(self, community):
        with pytest.raises(Unscoped):
            below(community=community, kind="building")

    def test_a_query_that_names_none(self):
        @built_once
        def all_places(*, community: str, kind: str):
            del community
            return Place.rows.filter(kind=kind)

        with pytest.raises(Unscoped):
            all_places(community="aa", kind="building")

    def test_a_query_of_all_communities(self):
        @built_once
        def all_places(*, community: str, kind: str):
            del community
            return Place.rows.across("to look").filter(kind=kind)

        with pytest.raises(Unscoped):
            all_places(community="aa", kind="building")

    @pytest.mark.parametrize("value", [None, True, 1.5, ["building"], b"building"])
    def test_what_is_no_value_of_a_column(self, value):
        with pytest.raises(NotAValue):
            below(community="aa", kind=value)


@pytest.mark.django_db(transaction=True)
def test_refuses_to_lock_outside_a_transaction():
    @built_once
    def locked(*, community: str):
        return Place.rows.of(community).select_for_update(of=("self",))

    with transaction.atomic():
        assert locked(community="aa") == []

    with pytest.raises(TransactionManagementError):
        locked(community="aa")


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_each_get_their_own(two_estates):
    del two_estates
    found, start = {}, threading.Barrier(4)

    @built_once
    def paths(*, community: str, code: str):
        return Place.rows.of(community).filter(code=code).values_list("path", flat=True)

    def ask(community, code):
        start.wait()
        try:
            found[community, code] = {
                tuple(paths(community=community, code=code)) for _ in "x" * 50
            }
        finally:
            connections.close_all()

    told = [(community, code) for community in ("aa", "bb") for code in ("b1", "b2")]
    threads = [threading.Thread(target=ask, args=one) for one in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {one: {("/".join(one),)} for one in told}


@pytest.mark.django_db(transaction=True)
def test_a_line_that_was_closed_is_opened_again(two_estates):
    del two_estates
    below(community="aa", kind="building")
    connections.close_all()

    with transaction.atomic():
        assert len(below(community="aa", kind="building")) == 2
