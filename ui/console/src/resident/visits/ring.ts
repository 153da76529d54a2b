/** Two soft tones again and again, and a notice of the system where it was allowed, while somebody rings. */
const AGAIN_MS = 2500;
let timer: ReturnType<typeof setInterval> | undefined;
let sounds: AudioContext | undefined;

function tones(): void {
  if (!sounds || sounds.state !== "running") return;
  [660, 520].forEach((hertz, index) => {
    const [tone, loud] = [sounds!.createOscillator(), sounds!.createGain()];
    const at = sounds!.currentTime + index * 0.35;
    tone.frequency.value = hertz;
    loud.gain.setValueAtTime(0.15, at);
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(loud).connect(sounds!.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  });
}

/** Begin to ring; a browser that was never touched stays silent, and shows the sheet alone. */
export function ring(text: string): void {
  silence();
  sounds ??= typeof AudioContext === "undefined" ? undefined : new AudioContext();
  void sounds?.resume().catch(() => undefined);
  tones();
  timer = setInterval(tones, AGAIN_MS);
  navigator.vibrate?.([300, 200, 300]);
  if (typeof Notification !== "undefined" && Notification.permission === "granted" && document.hidden) new Notification(text, { tag: "linli.call" });
}

export function silence(): void {
  clearInterval(timer);
  timer = undefined;
}
