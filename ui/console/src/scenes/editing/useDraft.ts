/** A draft as a form and as a text at once: the server turns one into the other, the latest wish wins. */
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { trials, type Draft } from "@linli/api";
import { community } from "@/use/session";
import { drop, keep, kept, type Kept } from "./keeping";
import { same, type Json, type Row } from "./table";

const PAUSE_MS = { table: 250, text: 450 } as const;

/** `scene` names the place where unsaved work is kept: the id, or empty for a new scene. */
export function useDraft(scene: () => string) {
  const toml = ref("");
  const table = shallowRef<Row>({});
  const draft = shallowRef<Draft | null>(null);
  const began = ref("");
  const error = shallowRef<unknown>(null);
  const busy = ref(false);
  const restored = ref<Kept | null>(null);
  let wish: "table" | "text" | null = null;
  let due: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;

  function take(found: Draft, from: "table" | "text"): void {
    draft.value = found;
    error.value = null;
    if (from === "table") toml.value = found.toml;
    else if (found.table && !same(found.table as Row, table.value)) table.value = found.table as Row;
    keepNow();
  }

  function keepNow(): void {
    keep(community.value, scene(), { toml: toml.value, began: began.value, at: Date.now() });
  }

  /** Ask the server until nothing newer is wished for. */
  async function ask(): Promise<void> {
    busy.value = true;
    while (wish) {
      const from = wish;
      wish = null;
      try {
        const found = await (from === "table" ? trials.write(community.value, table.value, toml.value) : trials.read(community.value, toml.value));
        if (!wish || (from === "table" && wish === "table")) take(found, from);
      } catch (cause) {
        error.value = cause;
        wish ??= from;
        break;
      }
    }
    busy.value = false;
  }

  function go(): Promise<void> {
    clearTimeout(due);
    running ??= ask().finally(() => (running = null));
    return running;
  }

  function soon(from: "table" | "text"): void {
    wish = from;
    clearTimeout(due);
    due = setTimeout(() => void go(), PAUSE_MS[from]);
  }

  /** Alter the form; the text follows. */
  function edit(next: Row): void {
    table.value = next;
    soon("table");
  }

  /** Alter the text; the form follows as soon as the text can be read. */
  function type(text: string): void {
    toml.value = text;
    keepNow();
    soon("text");
  }

  /** Wait until text and form say the same. */
  async function settled(): Promise<boolean> {
    if (wish) await go();
    await running;
    return error.value === null;
  }

  /** Begin from a text: as it stands in the register, or as it was left unsaved in this browser. */
  async function open(text: string): Promise<void> {
    const left = kept(community.value, scene());
    began.value = text;
    restored.value = left && left.toml !== text ? left : null;
    toml.value = restored.value?.toml ?? text;
    wish = "text";
    await go();
  }

  /** Take what the server made of the draft, a story added from history. */
  function accept(found: Draft): void {
    toml.value = found.toml;
    take(found, "text");
  }

  /** Throw unsaved work away. */
  async function discard(): Promise<void> {
    drop(community.value, scene());
    restored.value = null;
    toml.value = began.value;
    wish = "text";
    await go();
  }

  /** What stands here is saved: nothing is left to lose. */
  function saved(): void {
    began.value = toml.value;
    restored.value = null;
    drop(community.value, scene());
  }

  onScopeDispose(() => clearTimeout(due));
  return {
    toml,
    table,
    draft,
    error,
    busy,
    restored,
    began,
    dirty: computed(() => toml.value !== began.value),
    problems: computed(() => draft.value?.problems ?? []),
    readable: computed(() => draft.value?.table != null),
    edit,
    put: (key: string, value: Json | undefined) => {
      const { [key]: _gone, ...rest } = table.value;
      edit(value === undefined ? rest : { ...table.value, [key]: value });
    },
    type,
    settled,
    open,
    accept,
    discard,
    saved,
    retry: go,
  };
}
