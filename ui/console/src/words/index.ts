/** Every word on the screens, in pairs: Chinese first. A key without both does not compile. */
import { account } from "./account";
import { privacy } from "./privacy";
import { exchange } from "./exchange";
import { forms } from "./forms";
import { identity } from "./identity";
import { incidents } from "./incidents";
import { market } from "./market";
import { running } from "./running";
import { shell } from "./shell";
import { alarms } from "./alarms";
import { devices } from "./devices";
import { cases } from "./cases";
import { scenes } from "./scenes";
import { editing } from "./editing";
import { register } from "./register";
import { releases } from "./releases";
import { categories } from "./categories";
import { standing } from "./standing";

const all = {
  ...account,
  ...privacy,
  ...identity,
  ...incidents,
  ...market,
  ...exchange,
  ...running,
  ...forms,
  ...shell,
  ...alarms,
  ...devices,
  ...cases,
  ...scenes,
  ...editing,
  ...categories,
  ...standing,
  ...register,
  ...releases,
};

export const WORDS: Record<Key, readonly [zh: string, en: string]> = all;

export type Key = keyof typeof all;

export type Language = "zh" | "en";

/** Tell whether there are words for a key that was put together at run time. */
export function isKey(key: string): key is Key {
  return key in WORDS;
}
