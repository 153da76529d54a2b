/** What is refused of a form, said at the field that it is about: it stays there while it is put right, and is read out with it. */
import { ref, type Ref } from "vue";
import { Refused } from "@linli/api";
import { attempt, reason, tellError } from "./tell";

/** Sentences by the field under which they stand. */
export type Wrong<F extends string> = Partial<Record<F, string>>;

/** Of a form: `fields` names the field that a refusal is about by the key of the refusal. `send` does what the form is for as `attempt` does, but says such a
 *  refusal in `wrong`; what is about no field is told as ever. What was wrong before is gone when it is sent again. */
export function useWrong<F extends string>(fields: Readonly<Record<string, F>>) {
  const wrong = ref({}) as Ref<Wrong<F>>;

  function refused(error: unknown): void {
    const field = error instanceof Refused ? fields[error.key] : undefined;
    if (field === undefined) return tellError(error);
    wrong.value = { ...wrong.value, [field]: reason(error) };
  }
  function send<T>(act: () => Promise<T>, done?: string | ((got: T) => string)): Promise<boolean> {
    wrong.value = {};
    return attempt(act, done, refused);
  }
  return { wrong, send };
}
