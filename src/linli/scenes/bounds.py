"""How large the stories of a scene may be: those that people write are run while somebody waits."""

from linli.scenes.faults import StoryTooLarge
from linli.scenes.model import Scene, Story
from linli.scenes.story_language import read

MOST_STORIES = 60
MOST_ENTRIES = 600
MOST_DEVICES = 24
LONGEST_S = 100 * 86_400.0


def check(scene: Scene, *, file: str = "") -> None:
    """Refuse stories that would take more memory or time than a story is worth.

    :raises StoryTooLarge: naming the story and what it has too much of
    :raises BadStory: if an entry cannot be understood
    """
    if len(scene.stories) > MOST_STORIES:
        raise StoryTooLarge(file=file, key="story", found=len(scene.stories), most=MOST_STORIES)
    for one in scene.stories:
        check_one(one, file=file)


def check_one(story: Story, *, file: str = "") -> None:
    """Refuse one story as `check` does."""
    entries = len(story.given) + len(story.then)
    if entries > MOST_ENTRIES:
        raise StoryTooLarge(file=file, key=story.title.zh, found=entries, most=MOST_ENTRIES)
    script = read(story.given, story.then, file=file, story=story.title.zh)
    devices = max((given.which for given in script.given), default=1)
    if devices > MOST_DEVICES:
        raise StoryTooLarge(
            file=file, key=story.title.zh, found=f"@{devices}", most=f"@{MOST_DEVICES}"
        )
    if not script.ends_s() <= LONGEST_S:
        raise StoryTooLarge(file=file, key=story.title.zh, found=f"{script.ends_s():g}s",
                            most=f"{LONGEST_S:g}s")  # fmt: skip
