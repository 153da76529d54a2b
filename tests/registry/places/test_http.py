import pytest

pytestmark = pytest.mark.django_db
JSON = "application/json"


class TestPlaces:
    def test_lists_the_tree_page_by_page(self, client, estate, sign_in):
        sign_in("guard")

        first = client.get("/api/v1/hml/places?limit=4").json()
        second = client.get(f"/api/v1/hml/places?limit=500&cursor={first['next']}").json()

        paths = [item["path"] for item in first["items"] + second["items"]]
        assert paths == sorted(paths)
        assert len(paths) == 13
        assert second["next"] is None

    def test_tells_kind_parent_and_both_names(self, client, estate, sign_in):
        sign_in("guard")

        items = client.get("/api/v1/hml/places?kind=building&under=hml").json()["items"]

        assert [(i["path"], i["parent"], i["name"], i["cell"]) for i in items] == [
            ("hml/b03", "hml", {"zh": "3号楼", "en": "Building 3"}, "hml/g1")
        ]

    def test_the_map_is_geojson_within_what_one_may_see(self, client, estate, sign_in):
        sign_in("guard")

        answer = client.get("/api/v1/hml/map").json()

        assert answer["type"] == "FeatureCollection"
        assert answer["features"][0]["properties"]["path"] == "hml/b03"
        assert answer["features"][0]["geometry"]["type"] == "Polygon"

    def test_shows_nothing_outside_the_readers_places(self, client, estate, sign_in):
        sign_in("guard", place="hml/p1")

        assert client.get("/api/v1/hml/map").json()["features"] == []
        assert client.get("/api/v1/hml/places/hml/b03").status_code == 404

    def test_enters_alters_moves_and_removes(self, client, estate, sign_in):
        sign_in("manager")
        body = {
            "kind": "building",
            "code": "b9",
            "parent": "hml",
            "name": {"zh": "9号楼", "en": "B9"},
        }

        made = client.post("/api/v1/hml/places", body, content_type=JSON)
        twice = client.post("/api/v1/hml/places", body, content_type=JSON)
        altered = client.patch("/api/v1/hml/places/hml/b9", {"height_m": 30}, content_type=JSON)
        moved = client.post(
            "/api/v1/hml/places/hml/b9/move", {"parent": "hml", "code": "b10"}, content_type=JSON
        )
        removed = client.delete("/api/v1/hml/places/hml/b10")

        assert (made.status_code, twice.status_code, twice.json()["key"]) == (
            201,
            409,
            "places.exists",
        )
        assert (altered.json()["height_m"], altered.json()["name"]["zh"]) == (30, "9号楼")
        assert (moved.json()["id"], moved.json()["path"]) == (made.json()["id"], "hml/b10")
        assert (removed.status_code, removed.json()["kind"]) == (202, "deletion")
        assert client.get("/api/v1/hml/places/hml/b10").status_code == 200

    def test_the_telephone_of_the_duty_room_is_set_and_taken_away(self, client, estate, sign_in):
        sign_in("manager")

        said = [
            client.patch("/api/v1/hml/places/hml", {"phone": phone}, content_type=JSON)
            for phone in ("0571-8888 0000", "nobody", "")
        ]
        elsewhere = client.patch(
            "/api/v1/hml/places/hml/b03", {"phone": "13800138000"}, content_type=JSON
        )

        assert [one.json().get("phone") for one in said] == ["+8657188880000", None, ""]
        assert [one.json().get("key") for one in (said[1], elsewhere)] == [
            "places.bad_phone", "places.no_duty_room",
        ]  # fmt: skip
        assert client.get("/api/v1/hml/places/hml/b03").json()["phone"] == ""

    def test_a_guard_may_not_write(self, client, estate, sign_in):
        sign_in("guard")

        answer = client.delete("/api/v1/hml/places/hml/p1")

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.not_allowed")

    def test_another_community_is_closed(self, client, estate, other_estate, sign_in):
        sign_in("manager")

        assert client.get("/api/v1/other/places").status_code == 403
        assert client.get("/api/v1/hml/places/other/b03").status_code == 404

    def test_nobody_reads_without_a_session(self, client, estate):
        assert client.get("/api/v1/hml/places").status_code == 401


class TestReach:
    """A manager of one building."""

    @pytest.fixture(autouse=True)
    def manager(self, estate, sign_in):
        sign_in("manager", place="hml/b03")

    @pytest.mark.parametrize(
        ("method", "at", "body", "key"),
        [
            ("delete", "/hml/p1", None, "places.not_yours"),
            ("patch", "/hml/p1", {"height_m": 3}, "places.not_yours"),
            ("patch", "/hml", {"phone": "13800138000"}, "places.not_yours"),
            ("patch", "/hml/b03", {"cell": None}, "places.not_yours"),
            ("post", "/hml/p1/move", {"parent": "hml/b03"}, "places.not_yours"),
            ("post", "/hml/b03/u1/move", {"parent": "hml"}, "places.not_yours"),
            ("post", "", {"kind": "garage", "code": "p2", "parent": "hml"}, "places.not_yours"),
            ("put", "/hml/g1/group", {"buildings": []}, "identity.not_everywhere"),
        ],
    )
    def test_changes_nothing_outside_it(self, client, method, at, body, key):
        if body and "kind" in body:
            body = body | {"name": {"zh": "二号车库", "en": "Garage 2"}}

        answer = getattr(client, method)(f"/api/v1/hml/places{at}", body, content_type=JSON)

        assert (answer.status_code, answer.json()["key"]) == (403, key)
        assert "—" not in answer.json()["message"]

    def test_changes_what_is_in_it(self, client):
        answer = client.patch("/api/v1/hml/places/hml/b03/u1", {"height_m": 3}, content_type=JSON)

        assert answer.status_code == 200
