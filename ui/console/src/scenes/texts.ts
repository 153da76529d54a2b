/** The texts of a scene by their numbers, and what they say in a sentence. */
import { trials, type DraftProblem, type SceneVersions, type Words } from "@linli/api";
import { may } from "@/use/session";

/** Return the text of a version; 0 is the catalogue's own. Empty where there is none: a new scene. */
export function textOf(versions: Pick<SceneVersions, "items" | "catalogue">, number: number): string {
  if (number === 0) return versions.catalogue ?? "";
  return versions.items.find((one) => one.number === number)?.toml ?? "";
}

interface Read {
  sentence: Words | null;
  warnings: DraftProblem[];
}

/** Only who writes scenes or lets changes pass has a text read; others see its lines. */
async function read(community: string, toml: string): Promise<Read> {
  if (!toml || !(may("scenes.write") || may("scenes.approve"))) return { sentence: null, warnings: [] };
  const { sentence, problems } = await trials.read(community, toml);
  return { sentence, warnings: problems.filter((one) => one.severity === "warning") };
}

/** Return what two texts say, and what to know of the second here; the same text is asked about once. */
export async function sentences(
  community: string,
  before: string,
  after: string,
): Promise<{ before: Words | null; after: Words | null; warnings: DraftProblem[] }> {
  const first = await read(community, before);
  const second = before === after ? first : await read(community, after);
  return { before: first.sentence, after: second.sentence, warnings: second.warnings };
}
