/** Name what a limit is changed for: a path of places begins with the community, all else is a device. */
import { useDeviceNames, usePlaceNames } from "@/use/names";
import { community } from "@/use/session";

export function useTargets(): (code: string) => string {
  const { deviceName } = useDeviceNames();
  const { placeName } = usePlaceNames();
  return (code) => (code === community.value || code.startsWith(`${community.value}/`) ? placeName(code) : deviceName(code));
}
