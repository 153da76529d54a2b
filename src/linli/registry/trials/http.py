"""Trials of scenes over HTTP: of what a scene may be made, drafts, and what they would do here.

Reading a draft runs its stories: it is for those who write scenes and those who let changes pass,
and one at a time for each of them.
"""

from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router

from linli.foundation.identity.guard import Visit, may
from linli.registry.scenes.schemas import Results
from linli.registry.scenes.turns import turn
from linli.registry.trials import drafts, dry_run, schemas
from linli.registry.trials.vocabulary import of_community

router = Router(tags=["trials"])
"""Mounted before the router of scenes: its words stand where an id of a scene would."""


@router.get("/{community}/scenes/vocabulary", response=schemas.Vocabulary,
            auth=may("scenes.read"))  # fmt: skip
def vocabulary(request: Visit, community: str) -> object:
    """Say of what a scene may be made here: points, services, modes, places, and whom to tell."""
    return schemas.vocabulary_out(of_community(community))


@router.post("/{community}/scenes/drafts/read", response=schemas.DraftOut,
             auth=may("scenes.write", "scenes.approve"))  # fmt: skip
def read_draft(request: Visit, community: str, body: schemas.DraftText) -> object:
    """Understand a draft: its table, its sentence, and every problem in it. Nothing is kept."""
    with turn(request.auth.account):
        found = drafts.read(community=community, toml=body.toml)
    return schemas.draft_out(found, language=get_language() or "zh")


@router.post("/{community}/scenes/drafts/write", response=schemas.DraftOut,
             auth=may("scenes.write"))  # fmt: skip
def write_draft(request: Visit, community: str, body: schemas.DraftTable) -> object:
    """Put a changed table into its text; what did not change stays as it was written."""
    with turn(request.auth.account):
        found = drafts.write(community=community, table=body.table, toml=body.toml)
    return schemas.draft_out(found, language=get_language() or "zh")


@router.post("/{community}/scenes/drafts/stories", response=Results,
             auth=may("scenes.write", "scenes.approve"))  # fmt: skip
def run_draft(request: Visit, community: str, body: schemas.DraftText) -> object:
    """Run the stories of a draft, on an invented community and an invented clock."""
    with turn(request.auth.account):
        found = drafts.run_stories(toml=body.toml)
    return schemas.results_out(found)


@router.post("/{community}/scenes/drafts/dry-run", response=schemas.DryRunOut,
             auth=may("scenes.write"))  # fmt: skip
def dry_run_draft(request: Visit, community: str, body: schemas.DraftText) -> object:
    """Say where a draft would act this moment, by the last values of now. Nothing acts."""
    with turn(request.auth.account):
        found = dry_run.run(
            community=community, toml=body.toml, seen=request.auth.places, now=timezone.now()
        )
    return schemas.dry_run_out(found)


@router.post("/{community}/scenes/drafts/story", response=schemas.DraftOut,
             auth=may("scenes.write"))  # fmt: skip
def record_story(request: Visit, community: str, body: schemas.StoryWanted) -> object:
    """Add a story told by the history of a device to a draft; `then` is what the scene does."""
    with turn(request.auth.account):
        found = drafts.with_recorded(
            community=community,
            toml=body.toml,
            device=body.device,
            start=body.start,
            end=body.end,
            seen=request.auth.places,
            now=timezone.now(),
        )
    return schemas.draft_out(found, language=get_language() or "zh")
