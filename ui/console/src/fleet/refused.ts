/** Which field of the form a refusal is about. */
import { Refused } from "@linli/api";

const FIELDS: Record<string, string> = {
  "devices.bad_code": "code",
  "devices.code_taken": "code",
  "devices.model_not_found": "model",
  "places.not_found": "place",
  "devices.bad_gateway": "gateway",
  "devices.not_found": "gateway",
  "devices.address_taken": "address",
  "devices.bad_address": "address",
  "drivers.no_address": "address",
  "drivers.unknown_protocol": "driver",
  "drivers.no_map": "map",
  "drivers.bad_map": "map",
};

/** Return the field that a refusal names; `option.…` for one of the protocol's, empty for none. */
export function fieldOf(error: unknown, options: readonly string[]): string {
  if (!(error instanceof Refused)) return "";
  if (error.key === "drivers.bad_options") {
    const why = String(error.values.why ?? "");
    const named = options.find((name) => new RegExp(`(^|[^a-z_])${name}($|[^a-z_])`).test(why));
    return named ? `option.${named}` : "";
  }
  return FIELDS[error.key] ?? "";
}
