/** The texts of a scene by their numbers, and what they say in a sentence. */
import { trials, type SceneVersions, type Words } from "@linli/api";
import { may } from "@/use/session";

/** Return the text of a version; 0 is the catalogue's own. Empty where there is none: a new scene. */
export function textOf(versions: Pick<SceneVersions, "items" | "catalogue">, number: number): string {
  if (number === 0) return versions.catalogue ?? "";
  return versions.items.find((one) => one.number === number)?.toml ?? "";
}

/** Only who writes scenes or lets changes pass has a text read; others see its lines. */
async function sentence(community: string, toml: string): Promise<Words | null> {
  if (!toml || !(may("scenes.write") || may("scenes.approve"))) return null;
  return (await trials.read(community, toml)).sentence;
}

/** Return what two texts say; the same text is asked about once. */
export async function sentences(community: string, before: string, after: string): Promise<{ before: Words | null; after: Words | null }> {
  const first = await sentence(community, before);
  return { before: first, after: before === after ? first : await sentence(community, after) };
}
