/** Search everywhere: the register, devices, cases and scenes, asked at once. */
import { cases, devices, register, scenes, type Found } from "@linli/api";
import { may } from "@/use/session";

const EACH = 6;

async function inRegister(community: string, q: string): Promise<Found[]> {
  if (!may("register.read")) return [];
  return (await register.search(community, q)).items.slice(0, 2 * EACH);
}

async function inDevices(community: string, q: string): Promise<Found[]> {
  if (!may("devices.read")) return [];
  const { items } = await devices.list(community, { q, limit: EACH });
  return items.map((one) => ({ kind: "device", id: one.code, title: one.name, subtitle: one.place_name, path: one.place }));
}

async function inCases(community: string, q: string): Promise<Found[]> {
  if (!may("cases.read")) return [];
  const { items } = await cases.list(community, { q, limit: EACH });
  return items.map((one) => ({
    kind: "case",
    id: one.id,
    title: { zh: `${one.number} ${one.title}`, en: `${one.number} ${one.title}` },
    subtitle: one.place_name,
    path: one.place,
  }));
}

async function inScenes(community: string, q: string): Promise<Found[]> {
  if (!may("scenes.read")) return [];
  const { items } = await scenes.list(community, { q });
  return items.slice(0, EACH).map((one) => ({ kind: "scene", id: one.id, title: one.name, subtitle: { zh: one.id, en: one.id }, path: null }));
}

export async function everywhere(community: string, q: string): Promise<Found[]> {
  const all = [inRegister, inDevices, inCases, inScenes].map((search) => search(community, q));
  return (await Promise.all(all)).flat();
}
