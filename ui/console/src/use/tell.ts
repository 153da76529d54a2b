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

/** Do something that may be refused; say how it went, a refusal by `refused`; return whether it was done. */
export async function attempt<T>(act: () => Promise<T>, done?: string | ((got: T) => string), refused: (error: unknown) => void = tellError): Promise<boolean> {
  try {
    const got = await act();
    if (done) tell(typeof done === "function" ? done(got) : done);
    return true;
  } catch (error) {
    refused(error);
    return false;
  }
}
