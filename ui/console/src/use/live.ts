/** The live line: one socket a community, that mends itself and says when it cannot. */
import { onScopeDispose, ref } from "vue";
import { session, type LiveMessage } from "@linli/api";
import { community } from "./session";

type Listener = (message: LiveMessage) => void;

export type LineState = "connecting" | "on" | "off";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export const line = ref<LineState>("connecting");
export const lostAt = ref(0);

const listeners = new Set<Listener>();
const returns = new Set<() => void>();
let socket: WebSocket | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let wait = FIRST_WAIT_MS;
let joined = "";

function address(code: string, ticket: string): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/live/${code}?ticket=${encodeURIComponent(ticket)}`;
}

function lost(code: string): void {
  if (code !== joined) return;
  if (line.value !== "off") lostAt.value = Date.now();
  line.value = "off";
  clearTimeout(timer);
  timer = setTimeout(() => void connect(code), wait);
  wait = Math.min(wait * 2, LONGEST_WAIT_MS);
}

function heard(event: MessageEvent<string>): void {
  const message = JSON.parse(event.data) as LiveMessage;
  listeners.forEach((listener) => listener(message));
}

async function connect(code: string): Promise<void> {
  if (code !== joined) return;
  try {
    const { ticket } = await session.ticket(code);
    if (code !== joined) return;
    const opened = new WebSocket(address(code, ticket));
    socket = opened;
    opened.onopen = () => {
      const again = line.value === "off";
      line.value = "on";
      wait = FIRST_WAIT_MS;
      if (again) returns.forEach((back) => back());
    };
    opened.onmessage = heard;
    opened.onclose = () => opened === socket && lost(code);
  } catch {
    lost(code);
  }
}

/** Join the live line of a community; joining the same again changes nothing. */
export function join(code: string): void {
  if (joined === code) return;
  leave();
  joined = code;
  line.value = "connecting";
  void connect(code);
}

/** Leave it for good: signed out. */
export function leave(): void {
  joined = "";
  clearTimeout(timer);
  socket?.close();
  socket = undefined;
}

/** Hear every message while the component lives; `back` is called when a lost line is mended. */
export function useLive(listener: Listener, back?: () => void): void {
  listeners.add(listener);
  if (back) returns.add(back);
  onScopeDispose(() => {
    listeners.delete(listener);
    if (back) returns.delete(back);
  });
}

/** Hear only facts with one of these topics, at most once in `everyMs`. */
export function useFacts(topics: string[], then: () => void, everyMs = 700): void {
  let due: ReturnType<typeof setTimeout> | undefined;
  useLive((message) => {
    if (message.kind !== "fact" || !topics.includes(message.topic)) return;
    due ??= setTimeout(() => {
      due = undefined;
      then();
    }, everyMs);
  }, then);
  onScopeDispose(() => clearTimeout(due));
}

addEventListener("offline", () => socket?.close());
addEventListener("online", () => {
  if (line.value === "off" && community.value === joined) {
    wait = FIRST_WAIT_MS;
    clearTimeout(timer);
    void connect(joined);
  }
});
