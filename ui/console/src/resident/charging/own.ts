/** What one finds on the pages of charging, read anew while they are open. */
import { onBeforeUnmount, ref } from "vue";
import { myCharging } from "@linli/api";
import { useResource } from "@/use/resource";
import { community } from "@/use/session";

const EVERY_MS = 5_000;

export function useOwnCharging() {
  const own = useResource(() => myCharging.all(community.value));
  const nowMs = ref(Date.now());
  void own.load();
  const timer = setInterval(() => {
    nowMs.value = Date.now();
    if (!document.hidden) void own.load();
  }, EVERY_MS);
  onBeforeUnmount(() => clearInterval(timer));
  return { own, nowMs };
}
