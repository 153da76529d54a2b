/** Light or dark: as the system has it, until the user chooses. */
import { ref } from "vue";

export type Theme = "light" | "dark";

const KEPT = "linli.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function wanted(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : system.matches ? "dark" : "light";
}

export const theme = ref<Theme>("light");

function show(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
}

show(wanted());
system.addEventListener("change", () => show(wanted()));

export function toggleTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEPT, next);
  show(next);
}
