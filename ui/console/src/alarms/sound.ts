/** Two short tones for a new critical or major alarm, once the user allowed them. */
import { ref } from "vue";

const KEPT = "linli.sound";
const QUIET_MS = 3000;

export const sound = ref(localStorage.getItem(KEPT) === "on");

/** Whether nobody has said yet if it should be heard: asked once on this machine. */
export const undecided = ref(localStorage.getItem(KEPT) === null);
let context: AudioContext | undefined;
let lastAt = 0;

function tone(frequency: number, after: number): void {
  if (!context) return;
  const from = context.currentTime + after;
  const pitch = new OscillatorNode(context, { frequency });
  const level = new GainNode(context, { gain: 0.0001 });
  level.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, from + 0.25);
  pitch.connect(level).connect(context.destination);
  pitch.start(from);
  pitch.stop(from + 0.3);
}

export function ring(severity: string): void {
  const soon = Date.now() - lastAt < QUIET_MS;
  if (!sound.value || soon || (severity !== "critical" && severity !== "major")) return;
  lastAt = Date.now();
  context ??= new AudioContext();
  tone(severity === "critical" ? 880 : 660, 0);
  tone(severity === "critical" ? 660 : 520, 0.3);
}

/** Turn the sound on, letting it be heard at once, or off; this machine remembers. */
export function setSound(on: boolean): void {
  sound.value = on;
  undecided.value = false;
  localStorage.setItem(KEPT, on ? "on" : "off");
  lastAt = 0;
  if (on) ring("major");
}

export const toggleSound = () => setSound(!sound.value);

/** After a reload a browser lets nothing be heard before the first touch: wake it then. */
function wake(): void {
  if (!sound.value) return;
  context ??= new AudioContext();
  void context.resume();
}

addEventListener("pointerdown", wake, { once: true });
addEventListener("keydown", wake, { once: true });
