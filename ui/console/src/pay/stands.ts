/** How an order stands for whoever has its page open: his clock goes on while he reads. */
import type { OpenOrder } from "@linli/api";

export type Stands = "open" | "waits" | "paid" | "lapsed" | "void";

/** Tell how an order stands. Whoever came back from paying (`waits`) is not asked to pay again: a payment that was under way
 *  in time is taken after it, too. */
export function stands(order: Pick<OpenOrder, "state" | "expires_at">, nowMs: number, waits: boolean): Stands {
  if (order.state === "paid" || order.state === "void") return order.state;
  if (waits) return "waits";
  return order.state === "lapsed" || nowMs >= Date.parse(order.expires_at) ? "lapsed" : "open";
}

/** Where whoever has the address pays an order. */
export const payPath = (community: string, number: string): string => `/pay/${community}/order/${encodeURIComponent(number)}`;
