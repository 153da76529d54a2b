/** Keys that work everywhere but where somebody types. */
import { onScopeDispose } from "vue";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const layers: Keys[] = [];
const LEADER_MS = 1200;
let leader = "";
let leaderAt = 0;

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** A question on the screen has the keyboard to itself; a closed one may still lie hidden in the page. */
function asked(): boolean {
  const dialogs = document.querySelectorAll("[role=dialog][aria-modal=true]");
  return [...dialogs].some((dialog) => dialog.getClientRects().length > 0);
}

function find(combination: string): ((event: KeyboardEvent) => void) | undefined {
  return layers.toReversed().find((keys) => keys[combination])?.[combination];
}

/** Answer one key press: `g o` is looked up as a pair when `g` was pressed shortly before. */
export function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (asked() && event.key !== "Escape") return;
  const paired = leader && event.timeStamp - leaderAt < LEADER_MS;
  const act = (paired && find(`${leader} ${event.key}`)) || find(event.key);
  leader = !paired && event.key === "g" ? "g" : "";
  leaderAt = event.timeStamp;
  if (!act) return;
  event.preventDefault();
  act(event);
}

addEventListener("keydown", press);

/** Bind keys while the component lives; the latest bound wins. */
export function useKeys(keys: Keys): void {
  layers.push(keys);
  onScopeDispose(() => layers.splice(layers.indexOf(keys), 1));
}
