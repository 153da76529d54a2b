/** What is wrong with a draft, at the field that it concerns. */
export interface Problem {
  where: string;
  key: string;
  message: string;
  severity?: "error" | "warning";
}

/** Problems that hinder; a warning is only to be known. */
export const hindering = <T extends Pick<Problem, "severity">>(problems: readonly T[]): T[] => problems.filter((one) => one.severity !== "warning");

/** Write a place as the form does: `when.any.0.above`, whichever way the server counts. */
export const placeOf = (where: string): string => where.replace(/\[(\d+)\]/g, ".$1");

/** Return the sentence at exactly this place, or below it where nothing nearer shows it. */
export function said(problems: readonly Problem[], place: string): string | undefined {
  return problems.find((one) => placeOf(one.where) === place)?.message;
}

/** Return the problems of a place and all below it. */
export function within(problems: readonly Problem[], place: string): Problem[] {
  return problems.filter((one) => {
    const where = placeOf(one.where);
    return where === place || where.startsWith(`${place}.`);
  });
}

const STEPS: [prefix: RegExp, step: "basics" | "when" | "do" | "end" | "where" | "proof"][] = [
  [/^when\b/, "when"],
  [/^do\b/, "do"],
  [/^(clear|cooldown)\b/, "end"],
  [/^(at|scope|needs)\b/, "where"],
  [/^story\b/, "proof"],
];

/** Tell which step of the form a problem belongs to. */
export function stepOf(problem: Problem): "basics" | "when" | "do" | "end" | "where" | "proof" {
  if (/story|stories/.test(problem.key)) return "proof";
  return STEPS.find(([prefix]) => prefix.test(placeOf(problem.where)))?.[1] ?? "basics";
}
