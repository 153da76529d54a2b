/** Say shortly that something was done, or why it was not. */
import { ElMessage } from "element-plus/es/components/message/index.mjs";
import "element-plus/es/components/message/style/css";
import { Refused, Unreachable } from "@linli/api";
import { t } from "./language";

/** Return the sentence of an error, saying what to do next. */
export function reason(error: unknown): string {
  if (error instanceof Refused) {
    if (error.message) return error.message;
    return error.status === 403 ? t("state.forbidden") : t("state.unreadable", { status: error.status });
  }
  if (error instanceof Unreachable && error.status) return t("state.unreadable", { status: error.status });
  return t("state.unreachable");
}

export function tell(text: string): void {
  ElMessage({ message: text, type: "success", grouping: true, duration: 3000 });
}

/** Say that something was understood and not done, and why. */
export function tellNot(text: string): void {
  ElMessage({ message: text, type: "warning", grouping: true, duration: 8000, showClose: true });
}

export function tellError(error: unknown): void {
  ElMessage({ message: reason(error), type: "error", grouping: true, duration: 8000, showClose: true });
}

/** Do something that may be refused; say how it went; return whether it was done. */
export async function attempt<T>(act: () => Promise<T>, done?: string | ((got: T) => string)): Promise<boolean> {
  try {
    const got = await act();
    if (done) tell(typeof done === "function" ? done(got) : done);
    return true;
  } catch (error) {
    tellError(error);
    return false;
  }
}

const NO_PLATE = "parking.bad_plate";

/** Do something with a plate that somebody wrote, and say how it went as `attempt` does; where it is no plate return the sentence that belongs at its field,
 *  else null if it was done and nothing if it was not. */
export async function attemptPlate<T>(act: () => Promise<T>, done?: string): Promise<string | null> {
  try {
    await act();
    if (done) tell(done);
    return null;
  } catch (error) {
    if (error instanceof Refused && error.key === NO_PLATE) return reason(error);
    tellError(error);
    return "";
  }
}
