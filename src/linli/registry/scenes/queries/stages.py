"""How scenes stand here, their texts, and who changed what."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault
from linli.registry.scenes import catalogue
from linli.registry.scenes.models import SceneChange, SceneState, SceneVersion


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the texts of a scene, the newest first, and the cursor after it; the catalogue's if
    it has one, and which stands.
    """

    versions: Sequence[SceneVersion]
    next: int | None
    catalogue: str | None
    version: int
    stage: str


class SceneNotFound(Fault):
    key = "scenes.not_found"
    status = 404


class VersionNotFound(Fault):
    key = "scenes.version_not_found"
    status = 404


class ChangeNotFound(Fault):
    key = "scenes.change_not_found"
    status = 404


def standing(*, community: str, scene: str) -> SceneState | None:
    """Return how a scene stands; None if nobody has changed that."""
    return SceneState.rows.of(community).select_related("by").filter(scene=scene).first()


def standings_set(*, community: str) -> Mapping[str, SceneState]:
    """Return how scenes stand that somebody has changed, by id."""
    return {row.scene: row for row in SceneState.rows.of(community).select_related("by")}


def stage_of(*, scene: str, state: SceneState | None) -> tuple[str, int]:
    """Return stage and version of a scene. Where nobody has decided those of the catalogue are on;
    one by the catalogue's text that the catalogue does not have any more is off.
    """
    known = scene in catalogue.scenes()
    if state is None or _undecided(state):
        return ("on" if known else "off"), 0
    if state.version == 0 and not known:
        return "off", 0
    return state.stage, state.version


def _undecided(state: SceneState) -> bool:
    """Tell whether a row was made with the first text of a scene of its own, and nobody has decided
    on it since.
    """
    by_nobody = state.by_id is None and not state.reason
    return by_nobody and (state.stage, state.version) == ("off", 0)


def in_stage(*, community: str, stage: str) -> frozenset[str]:
    """Return the scenes that are off, or in shadow; those of the catalogue by somebody's decision
    only.
    """
    rows = SceneState.rows.of(community)
    return frozenset(one.scene for one in rows if stage_of(scene=one.scene, state=one)[0] == stage)


def texts(*, community: str, scene: str, wanted: NumberPage) -> Texts:
    """Return a page of the texts of a scene, and which stands.

    :raises SceneNotFound: if neither the catalogue nor this community has it
    """
    rows = SceneVersion.rows.of(community).filter(scene=scene)
    found, after = by_number(rows.select_related("by"), wanted=wanted, field="number")
    known = catalogue.scenes().get(scene)
    if known is None and not found and not rows.exists():
        raise SceneNotFound(scene=scene)
    stage, version = stage_of(scene=scene, state=standing(community=community, scene=scene))
    return Texts(
        versions=found,
        next=after,
        catalogue=known.toml if known else None,
        version=version,
        stage=stage,
    )


def version(*, community: str, scene: str, number: int) -> SceneVersion:
    """Return one text of a scene.

    :raises VersionNotFound: if there is none of this number
    """
    row = SceneVersion.rows.of(community).filter(scene=scene, number=number).first()
    if row is None:
        raise VersionNotFound(scene=scene, version=number)
    return row


def newest(*, community: str, scene: str) -> SceneVersion | None:
    """Return the newest text of a scene; None if there is none."""
    return SceneVersion.rows.of(community).filter(scene=scene).order_by("-number").first()


def own_count(*, community: str) -> int:
    """Return of how many scenes this community has texts of its own."""
    return SceneVersion.rows.of(community).values("scene").distinct().count()


def change(*, community: str, id: int, lock: bool = False) -> SceneChange:
    """Return a change.

    :raises ChangeNotFound: if there is none of this number
    """
    rows = SceneChange.rows.of(community)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.select_related("by", "decided_by").filter(pk=id).first()
    if row is None:
        raise ChangeNotFound(change=id)
    return row


def changes(
    *, community: str, scene: str = "", state: str = "", before: int | None = None, limit: int = 100
) -> tuple[list[SceneChange], int | None]:
    """Return changes, the newest first, and where the next page begins."""
    rows = SceneChange.rows.of(community).select_related("by", "decided_by").order_by("-id")
    narrowed = {"scene": scene, "state": state, "pk__lt": before}
    rows = rows.filter(**{name: value for name, value in narrowed.items() if value})
    page = list(rows[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def waiting(*, community: str) -> Mapping[str, int]:
    """Return the number of the change of its stage or text that waits, by scene."""
    rows = SceneChange.rows.of(community).filter(state="waiting", key="")
    return dict(rows.values_list("scene", "pk"))


def last_done(*, community: str, scene: str, target: str = "", key: str = "") -> SceneChange | None:
    """Return the last change of a scene, or of a limit of it, that was carried out."""
    rows = SceneChange.rows.of(community).filter(scene=scene, target=target, key=key, state="done")
    return rows.select_related("by", "decided_by").order_by("-id").first()


def waiting_of(
    *, community: str, scene: str, target: str = "", key: str = ""
) -> SceneChange | None:
    """Return the change of a scene, or of a limit of it, that waits for a second person."""
    rows = SceneChange.rows.of(community).filter(
        scene=scene, target=target, key=key, state="waiting"
    )
    return rows.select_related("by", "decided_by").first()


def authors_of(row: SceneChange) -> Sequence[int | None]:
    """Return who wrote the text of a change, and who asked for it; of a limit only the latter."""
    if row.key:
        return [row.by_id]
    wrote = SceneVersion.rows.of(row.community).filter(scene=row.scene, number=row.version)
    return [row.by_id, *wrote.values_list("by_id", flat=True)]
