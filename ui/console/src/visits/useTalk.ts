/** Sound between this browser and a door: what the door hears is played, and the microphone is asked for only when somebody wants
 *  to be heard. It is let go of whenever he is silent again, so that its light is out. */
import { onBeforeUnmount, ref, shallowRef } from "vue";
import { Refused, type TalkAnswer } from "@linli/api";
import { said, t } from "@/use/language";
import { reason } from "@/use/tell";
import { join } from "./peer";

/** Why the microphone is not there: refused to us, none, in other hands, or a page that no browser trusts with one. */
export type NoMicrophone = "refused" | "none" | "busy" | "unsafe";

const OVER = ["failed", "closed", "disconnected"];
const CLEAN = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const WHY: Record<string, NoMicrophone> = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };

export const whyNot = (error: unknown): NoMicrophone => WHY[(error as Error | null)?.name ?? ""] ?? "busy";

/** Why a door can be neither heard nor spoken to, in words. */
export const because = (why: string): string => said(`calls.talk.why.${why}`, why);
const sentence = (error: unknown) =>
  error instanceof Refused && error.key === "visits.talk_failed" ? t("calls.talk.failed", { why: because(String(error.values.reason)) }) : reason(error);

export function useTalk(offer: (sdp: string) => Promise<TalkAnswer>) {
  const state = ref<"idle" | "joining" | "on" | "lost">("idle");
  const failed = ref("");
  const can = shallowRef<Pick<TalkAnswer, "hears" | "speaks" | "why">>({ hears: false, speaks: false, why: "" });
  const sound = shallowRef<MediaStream | null>(null);
  const speaking = ref(false);
  const asking = ref(false);
  const microphone = ref<NoMicrophone | "">("");
  let peer: RTCPeerConnection | undefined;
  let taken: MediaStream | undefined;

  function letGo(): void {
    taken?.getTracks().forEach((track) => track.stop());
    taken = undefined;
    speaking.value = false;
  }
  function leave(): void {
    letGo();
    const before = peer;
    peer = undefined;
    before?.close();
  }
  function lost(why = ""): void {
    leave();
    sound.value = null;
    [state.value, failed.value] = ["lost", why];
  }

  async function begin(): Promise<void> {
    leave();
    [state.value, failed.value] = ["joining", ""];
    const own = (peer = new RTCPeerConnection());
    own.addTransceiver("audio", { direction: "sendrecv" });
    own.ontrack = ({ track }) => (sound.value = new MediaStream([track]));
    own.onconnectionstatechange = () => {
      if (own !== peer) return;
      if (own.connectionState === "connected") state.value = "on";
      if (OVER.includes(own.connectionState)) lost();
    };
    try {
      can.value = await join(own, offer);
    } catch (error) {
      if (own === peer) lost(sentence(error));
    }
  }

  async function speak(): Promise<void> {
    microphone.value = "";
    if (!navigator.mediaDevices) {
      microphone.value = "unsafe";
      return;
    }
    asking.value = true;
    const own = peer;
    try {
      const given = await navigator.mediaDevices.getUserMedia({ audio: CLEAN });
      taken = given;
      // Who left the line while he was asked is not heard.
      if (own && own === peer) {
        await own.getTransceivers()[0]?.sender.replaceTrack(given.getAudioTracks()[0] ?? null);
        speaking.value = true;
      } else letGo();
    } catch (error) {
      letGo();
      microphone.value = whyNot(error);
    }
    asking.value = false;
  }
  async function hush(): Promise<void> {
    letGo();
    await peer?.getTransceivers()[0]?.sender.replaceTrack(null);
  }

  addEventListener("pagehide", leave);
  onBeforeUnmount(() => {
    removeEventListener("pagehide", leave);
    leave();
  });
  return { state, failed, can, sound, speaking, asking, microphone, begin, speak, hush };
}
