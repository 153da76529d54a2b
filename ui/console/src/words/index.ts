/** Every word on the screens, in pairs: Chinese first. A key without both does not compile. */
import { account } from "./account";
import { audit } from "./audit";
import { booths } from "./booths";
import { cash } from "./cash";
import { charging } from "./charging";
import { doors } from "./doors";
import { doorSetup } from "./doorSetup";
import { privacy } from "./privacy";
import { authorise } from "./authorise";
import { exchange } from "./exchange";
import { forms } from "./forms";
import { identity } from "./identity";
import { incidents } from "./incidents";
import { lanes } from "./lanes";
import { lots } from "./lots";
import { market } from "./market";
import { money } from "./money";
import { my } from "./my";
import { rounds } from "./rounds";
import { running } from "./running";
import { shell } from "./shell";
import { alarms } from "./alarms";
import { devices } from "./devices";
import { cases } from "./cases";
import { scenes } from "./scenes";
import { editing } from "./editing";
import { parking } from "./parking";
import { push } from "./push";
import { register } from "./register";
import { releases } from "./releases";
import { categories } from "./categories";
import { standing } from "./standing";
import { visits } from "./visits";
import { wishes } from "./wishes";

const all = {
  ...account,
  ...audit,
  ...cash,
  ...charging,
  ...doors,
  ...doorSetup,
  ...privacy,
  ...authorise,
  ...identity,
  ...incidents,
  ...market,
  ...money,
  ...my,
  ...exchange,
  ...rounds,
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
  ...visits,
  ...parking,
  ...lanes,
  ...lots,
  ...booths,
  ...wishes,
  ...push,
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
