/** How a scene stands here, in shapes, words and questions. */
import type { Precision, SceneChange, SceneLine, SceneStage } from "@linli/api";
import { t } from "@/use/language";
import { figure } from "@/lib/format";
import { prettyUnit } from "@/lib/units";
import { limitName } from "./limits";

export const STAGES = ["on", "shadow", "off"] as const satisfies readonly SceneStage[];

/** A shape for each stage, so that none is told by its colour alone. */
export const SHAPE: Record<SceneStage, string> = { on: "●", shadow: "◐", off: "⊘" };

/** Name a version: 0 is what the catalogue brought. */
export const versionName = (number: number): string => (number === 0 ? t("versions.catalogue") : t("versions.number", { n: number }));

type Altered = Pick<SceneChange, "version" | "version_before" | "stage" | "stage_before" | "key" | "unit" | "value" | "value_before">;

/** Say in a few words what a change alters; `where` names the target of a limit. */
export function altered(change: Altered, where = ""): string {
  if (change.key) {
    const said = (value: number | null) => (value === null ? t("changes.ofText") : `${figure(value)} ${prettyUnit(change.unit)}`.trim());
    return [where, t("changes.limit", { limit: limitName(change.key), before: said(change.value_before), after: said(change.value) })].filter(Boolean).join(" · ");
  }
  const parts: string[] = [];
  if (change.stage !== change.stage_before) {
    parts.push(t("changes.stage", { before: t(`stage.${change.stage_before}`), after: t(`stage.${change.stage}`) }));
  }
  if (change.version !== change.version_before) {
    parts.push(t("changes.version", { before: versionName(change.version_before), after: versionName(change.version) }));
  }
  return parts.join(" · ") || t("changes.nothing");
}

/** Tell whether a second person is needed: the scene touches life safety, and acts before the change or after it. */
export function needsSecond(scene: Pick<SceneLine, "safety" | "stage">, stage: SceneStage): boolean {
  return scene.safety && (scene.stage === "on" || stage === "on");
}

/** Tell what somebody may do with a change that waits: its author never approves it. */
export function decisions(change: Pick<SceneChange, "state" | "by">, user: number | undefined, approves: boolean): ("approve" | "refuse" | "withdraw")[] {
  if (change.state !== "waiting") return [];
  if (change.by && change.by.id === user) return ["withdraw"];
  return approves ? ["approve", "refuse"] : [];
}

/** Say a share of 0 to 1 as whole per cents, but never 100 while one was wrong. */
export function percent(share: number): string {
  const whole = share >= 1 ? 100 : Math.min(99, Math.round(share * 100));
  return figure(whole, 0);
}

export const precisionCounts = ({ right, wrong, unsure }: Precision): string => t("precision.counts", { right, wrong, unsure });

export type Sieve = "" | SceneStage | "own" | "waiting";

export const SIEVES = ["on", "shadow", "off", "own", "waiting"] as const;

/** Tell whether a scene passes a filter. */
export function passes(scene: Pick<SceneLine, "stage" | "own" | "version" | "waiting">, sieve: string): boolean {
  if (sieve === "own") return scene.own || scene.version > 0;
  if (sieve === "waiting") return scene.waiting !== null;
  return sieve === "" || scene.stage === sieve;
}
