/** The kinds of device, read once: what a point or a service is called wherever it is named. */
import { computed } from "vue";
import { devices, type Model, type Property, type Service, type Words } from "@linli/api";
import { words } from "./language";
import { useResource } from "./resource";

export const propertiesOf = (model: Model) => model.properties as unknown as Property[];
export const servicesOf = (model: Model) => model.services as unknown as Service[];

const models = useResource(() => devices.models().then((page) => page.items));

const names = computed(() => {
  const found = new Map<string, Words>();
  for (const model of models.data.value ?? []) {
    const taken = servicesOf(model).flatMap((service) => service.arguments);
    const events = model.events as unknown as { id: string; name: Words }[];
    for (const one of [...taken, ...servicesOf(model), ...events, ...propertiesOf(model)]) found.set(one.id, one.name);
  }
  return found;
});

/** Return the kinds of device; they are read at the first use. */
export function useModels() {
  if (!models.data.value && !models.loading.value) void models.load();
  return {
    models: computed(() => models.data.value ?? []),
    /** Say a point or a service; its code where nobody named it. */
    called: (id: string) => words(names.value.get(id)) || id,
  };
}
