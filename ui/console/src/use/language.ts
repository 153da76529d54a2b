/** The language of the screens: chosen by the user, kept with the account, switched without a reload. */
import { computed, ref } from "vue";
import type { Words } from "@linli/api";
import { isKey, WORDS, type Key, type Language } from "@/words";

const KEPT = "linli.language";

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
}

export const language = ref<Language>("zh");

/** Speak a language from now on. */
export function speak(wanted: Language): void {
  language.value = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
}

speak(first());

/** Put values into the `{places}` of a sentence. */
export function fill(sentence: string, values: Record<string, string | number> = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Say a key in the present language. */
export function t(key: Key, values?: Record<string, string | number>): string {
  return fill(WORDS[key][language.value === "zh" ? 0 : 1], values);
}

/** Say a key put together at run time, or the fallback where nobody wrote words for it. */
export function said(key: string, fallback: string): string {
  return isKey(key) ? t(key) : fallback;
}

/** Choose from a text in two languages; a bare text is itself. */
export function words(text: Words | string | null | undefined): string {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text[language.value] || text.zh || text.en;
}

/** Say what something is, and it: parted by the colon of the language. */
export function titled(title: string, text: string): string {
  return `${title}${language.value === "zh" ? "：" : ": "}${text}`;
}

/** The same at the head of a line: the register writes English names small. */
export function named(text: Words | string | null | undefined): string {
  const said = words(text);
  return said.charAt(0).toLocaleUpperCase() + said.slice(1);
}

export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en-GB"));

const lists = computed(() => new Intl.ListFormat(locale.value, { style: "narrow" }));

/** Say things one after the other, as the language does. */
export function listed(items: Iterable<string>): string {
  return lists.value.format(items);
}

/** What stands between two things of a list, for one whose things are more than text. */
export const between = computed(() => lists.value.formatToParts(["", ""]).find(({ type }) => type === "literal")!.value);
