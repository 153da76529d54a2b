/** What codes are called: people read names, the address bar keeps the code. Each is asked for once. */
import { shallowRef, triggerRef } from "vue";
import { devices, register, scenes, type Words } from "@linli/api";
import { words } from "./language";
import { community } from "./session";

type Ask = (community: string, code: string) => Promise<Words | null | undefined>;

/** Return a way to say a code by its name; until it is known, and where it has none, the code. */
function book(ask: Ask) {
  const known = shallowRef(new Map<string, Words | null>());

  return (code: string): string => {
    if (!code) return "";
    const key = `${community.value}/${code}`;
    if (!known.value.has(key)) {
      known.value.set(key, null);
      void ask(community.value, code)
        .then((found) => {
          known.value.set(key, found ?? null);
          triggerRef(known);
        })
        .catch(() => undefined);
    }
    return words(known.value.get(key)) || code;
  };
}

let listed: { community: string; names: Promise<Map<string, Words>> } | undefined;

/** All scenes at once: there are some hundreds, and a page names many. */
async function sceneNamed(code: string, id: string): Promise<Words | undefined> {
  if (listed?.community !== code) {
    const names = scenes.list(code, {}).then((page) => new Map(page.items.map((one) => [one.id, one.name])));
    listed = { community: code, names };
    names.catch(() => (listed = undefined));
  }
  return (await listed.names).get(id);
}

const deviceName = book((code, device) => devices.one(code, device).then((found) => found.name));
const bareName = book((code, path) => register.bare(code, path).then((found) => found.name));
const sceneName = book(sceneNamed);

/** A place with the places that it is in, the estate left out: building, unit, room. */
function placeName(path: string): string {
  const steps = path.split("/");
  const paths = steps.map((_, index) => steps.slice(0, index + 1).join("/"));
  return (paths.length > 1 ? paths.slice(1) : paths).map(bareName).join(" ");
}

export const useDeviceNames = () => ({ deviceName });
export const usePlaceNames = () => ({ placeName });
export const useSceneNames = () => ({ sceneName });
