/** The tree of lines, gateways and what is behind them. */
import type { Device, LineState } from "@linli/api";

export interface Branch {
  device: Device;
  /** Those right behind it, in the order of their names. */
  children: Branch[];
  /** All below it, at any depth. */
  below: number;
  /** Of those, the ones in use that are off line. */
  lost: number;
  state: LineState | undefined;
}

/** Those in trouble first, then by code. */
function order(one: Branch, other: Branch): number {
  const bad = (branch: Branch) => Number(Boolean(branch.state?.trouble)) * 2 + Number(branch.lost > 0 || (branch.device.enabled && !branch.device.online));
  return bad(other) - bad(one) || one.device.code.localeCompare(other.device.code, undefined, { numeric: true });
}

/** Return the tops of the tree: what has somebody behind it, or speaks a protocol as a line. */
export function tree(devices: readonly Device[], states: readonly LineState[]): Branch[] {
  const behind = new Map<string, Device[]>();
  for (const device of devices) {
    if (device.gateway) behind.set(device.gateway, [...(behind.get(device.gateway) ?? []), device]);
  }
  const stateOf = new Map(states.map((state) => [state.line, state]));
  const known = new Set(devices.map((device) => device.code));

  function branch(device: Device, above: ReadonlySet<string>): Branch {
    const path = new Set([...above, device.code]);
    const children = (behind.get(device.code) ?? [])
      .filter((child) => !path.has(child.code))
      .map((child) => branch(child, path))
      .sort(order);
    const count = (of: (child: Branch) => number) => children.reduce((sum, child) => sum + of(child), 0);
    return {
      device,
      children,
      below: count((child) => 1 + child.below),
      lost: count((child) => Number(child.device.enabled && !child.device.online) + child.lost),
      state: stateOf.get(device.code),
    };
  }

  return devices
    .filter((device) => !device.gateway || !known.has(device.gateway))
    .map((device) => branch(device, new Set()))
    .filter((found) => found.children.length > 0 || found.state || found.device.driver)
    .sort(order);
}
