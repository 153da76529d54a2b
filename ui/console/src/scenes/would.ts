/** What a scene would have done, from the words of stories to those of people. */
import { span } from "@/lib/format";
import { seconds } from "@/lib/values";
import { said, t } from "@/use/language";
import type { Key } from "@/words";

const FIXED: Record<string, Key> = {
  "alarm raised": "would.alarm",
  "alarm cleared": "would.cleared",
  "case opened": "would.case",
  broadcast: "would.broadcast",
};

const people = (id: string) => said(`role.${id}`, said(`skill.${id}`, id)).toLowerCase();

function mode(pair: string): string {
  const [name = "", value = ""] = pair.split("=");
  return `${said(`mode.${name}`, name)} → ${said(`mode.${name}.${value}`, value)}`;
}

/** Say one phrase: `alarm raised major`, `notify guard`, `mode fire=confirmed`, a service by `called`; a later one as `5m case opened`. */
export function would(phrase: string, called: (service: string) => string): string {
  const later = /^((?:\d+[smhd])+) (.+)$/.exec(phrase);
  if (later) return t("would.later", { span: span(seconds(later[1]!)), what: would(later[2]!, called) });
  const [first = "", second = "", ...rest] = phrase.split(" ");
  const fixed = FIXED[`${first} ${second}`.trim()] ?? FIXED[first];
  if (fixed) return t(fixed);
  if (first === "notify" && second) return t("would.notify", { name: people([second, ...rest].join(" ")) });
  if (first === "mode" && second) return mode(second);
  return called(first);
}
