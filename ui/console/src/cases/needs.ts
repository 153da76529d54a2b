/** What a step of a case asks for, and whether it was given. */
import type { AllowedStep, StepBody } from "@linli/api";

export type Answers = Record<string, string | undefined>;

/** Return the fields to show: what is needed first, and a note is always welcome. */
export function asked(step: AllowedStep): string[] {
  return step.needs.includes("note") ? step.needs : [...step.needs, "note"];
}

function typed(field: string, text: string): StepBody {
  if (field === "assignee" || field === "rating") return { [field]: Number(text) };
  if (field === "agrees") return { agrees: text === "true" };
  if (field === "until") return { until: new Date(text).toISOString() };
  return { [field]: text };
}

/** Return what to send; null while something that is needed is missing. */
export function given(step: AllowedStep, answers: Answers): StepBody | null {
  let body: StepBody = {};
  for (const field of asked(step)) {
    const text = (answers[field] ?? "").trim();
    if (text) body = { ...body, ...typed(field, text) };
    else if (step.needs.includes(field)) return null;
  }
  return body;
}
