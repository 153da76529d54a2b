/** What a release tells and lost, in a sentence or two. */
import type { ReleaseMeasures } from "@linli/api";
import { t } from "@/use/language";

const share = (part: number | null) => `${((part ?? 0) * 100).toFixed(1)}%`;

export function tells(told: ReleaseMeasures): string {
  if (told.counts != null) {
    return t("releases.tellsCounts", { counts: told.counts, epsilon: (told.epsilon_milli ?? 0) / 1000, error: told.error ?? 0 });
  }
  const rows = t("releases.tellsRows", {
    rows: told.rows ?? 0,
    classes: told.classes ?? 0,
    smallest: told.smallest ?? 0,
    prosecutor: share(told.prosecutor),
    journalist: share(told.journalist),
    risk: share(told.at_risk),
    left: told.left_out ?? 0,
    ncp: share(told.ncp),
  });
  if (told.diversity == null) return rows;
  return `${rows}${t("releases.tellsSensitive", { diversity: told.diversity, certainty: share(told.certainty) })}`;
}
