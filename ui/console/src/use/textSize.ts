/** How large the text is on this machine: kept here, because the eyes and the screen belong together. */
import { ref } from "vue";

export const SIZES = { normal: 1, large: 1.25, largest: 1.5 } as const;

export type TextSize = keyof typeof SIZES;

const KEPT = "linli.text";

function kept(): TextSize {
  const found = localStorage.getItem(KEPT) ?? "";
  return found in SIZES ? (found as TextSize) : "normal";
}

export const textSize = ref<TextSize>("normal");

export function setTextSize(wanted: TextSize): void {
  textSize.value = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.style.setProperty("--text-scale", String(SIZES[wanted]));
}

setTextSize(kept());
