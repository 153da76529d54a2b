/** A network that is there and does not answer is none: whoever waits for it gives up. */
import { Unreachable } from "@linli/api";

const PATIENCE_MS = 5_000;

/** Return what comes of it within seconds.
 *
 *  @throws Unreachable if nothing does
 */
export async function soon<T>(made: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => (timer = setTimeout(() => refuse(new Unreachable()), PATIENCE_MS)));
  try {
    return await Promise.race([made, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Do something within seconds: what has not come by then is called off, wherever it is on its way.
 *
 *  @throws Unreachable if nothing comes of it
 */
export async function within<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  try {
    return await soon(act(end.signal));
  } finally {
    end.abort();
  }
}
