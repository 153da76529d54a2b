import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope } from "vue";
import { Refused, type CallSide, type DoorCall, type TalkAnswer } from "@linli/api";
import { speak as language, t } from "@/use/language";
import CallList from "@/visits/CallList.vue";
import DoorTalk from "@/visits/DoorTalk.vue";
import { taken } from "@/visits/useCalls";
import { whyNot } from "@/visits/useTalk";

/** A line that is up as soon as it was answered; what is sent on it is kept. */
class Peer {
  static last: Peer;
  connectionState = "new";
  iceGatheringState = "complete";
  localDescription = { sdp: "v=0 offer" };
  sent: unknown[] = [];
  closed = false;
  onicegatheringstatechange?: () => void;
  onconnectionstatechange?: () => void;
  ontrack?: (came: { track: object }) => void;
  constructor() {
    Peer.last = this;
  }
  addTransceiver = () => undefined;
  createOffer = async () => ({});
  setLocalDescription = async () => void setTimeout(() => this.onicegatheringstatechange?.());
  setRemoteDescription = async () => this.turns("connected");
  getTransceivers = () => [{ sender: { replaceTrack: async (track: unknown) => void this.sent.push(track) } }];
  close = () => void (this.closed = true);
  turns(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}
const answer = (over: Partial<TalkAnswer> = {}): TalkAnswer => ({ sdp: "v=0 answer", hears: true, speaks: true, why: "", ...over });
const microphone = { stop: vi.fn() };
const given = { getTracks: () => [microphone], getAudioTracks: () => [microphone] };
const getUserMedia = vi.fn();
const phrases = [{ key: "coming", name: { zh: "请稍等", en: "One moment" } }];

async function on(offer = vi.fn(async () => answer()), line = true, begins = true) {
  const box = mount(DoorTalk, { props: { offer, phrases, line, begins } });
  await flushPromises();
  await vi.waitFor(() => expect(!line || box.text()).not.toContain(t("calls.talk.joining")));
  return box;
}
const press = async (box: Awaited<ReturnType<typeof on>>, name: string) => {
  await box.findAll("button").find((one) => one.text() === name)!.trigger("click");
  await flushPromises();
};

beforeEach(() => {
  vi.clearAllMocks();
  language("zh");
  vi.stubGlobal("RTCPeerConnection", Peer);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  getUserMedia.mockResolvedValue(given);
});

describe("talking with the door", () => {
  it("asks for the microphone only when somebody wants to be heard, and lets go of it when he does not", async () => {
    const box = await on();
    expect(box.text()).toContain(t("calls.talk.hears"));
    expect(getUserMedia).not.toHaveBeenCalled();

    await press(box, t("calls.talk.speak"));
    expect(getUserMedia).toHaveBeenCalledWith({ audio: expect.objectContaining({ echoCancellation: true }) });
    expect(box.text()).toContain(t("calls.talk.live"));

    await press(box, t("calls.talk.hush"));
    expect(Peer.last.sent).toEqual([microphone, null]);
    expect(microphone.stop).toHaveBeenCalledOnce();
    expect(box.text()).toContain(t("calls.talk.hears"));
  });

  it.each([
    ["NotAllowedError", "refused"],
    ["NotFoundError", "none"],
    ["NotReadableError", "busy"],
  ] as const)("says what to do where the microphone is not there: %s", async (name, why) => {
    getUserMedia.mockRejectedValueOnce(Object.assign(new Error(), { name }));
    const box = await on();

    await press(box, t("calls.talk.speak"));

    expect(whyNot({ name })).toBe(why);
    expect(box.find("[role=alert]").text()).toBe(t(`calls.talk.microphone.${why}`));
    expect(box.text()).toContain(t("calls.talk.hears"));
  });

  it("says that a page without https has no microphone", async () => {
    vi.stubGlobal("navigator", {});
    const box = await on();

    await press(box, t("calls.talk.speak"));

    expect(box.find("[role=alert]").text()).toBe(t("calls.talk.microphone.unsafe"));
  });

  it("lets go of a microphone that is given when the line is gone", async () => {
    let give: (stream: unknown) => void = () => undefined;
    getUserMedia.mockReturnValueOnce(new Promise((done) => (give = done)));
    const box = await on();
    await press(box, t("calls.talk.speak"));

    Peer.last.turns("closed");
    give(given);
    await flushPromises();

    expect(microphone.stop).toHaveBeenCalledOnce();
    expect(Peer.last.sent).toEqual([]);
    expect(box.text()).toContain(t("calls.talk.lost"));
  });

  it("ends with the page, and the microphone with it", async () => {
    const box = await on();
    await press(box, t("calls.talk.speak"));

    box.unmount();

    expect(Peer.last.closed).toBe(true);
    expect(microphone.stop).toHaveBeenCalledOnce();
  });

  it("is taken up again after it broke", async () => {
    const offer = vi.fn(async () => answer());
    const box = await on(offer);
    Peer.last.turns("failed");
    await flushPromises();

    await press(box, t("calls.talk.again"));
    await vi.waitFor(() => expect(box.text()).toContain(t("calls.talk.hears")));

    expect(offer).toHaveBeenCalledTimes(2);
  });

  it("says in words why there is no line at all, and that the rest works", async () => {
    const box = await on(vi.fn(async () => Promise.reject(new Refused("visits.talk_failed", "…", 503, { reason: "too_many" }))));

    expect(box.text()).toContain(t("calls.talk.failed", { why: t("calls.talk.why.too_many") }));
  });

  it("says why a door is only heard, and offers no button to talk", async () => {
    const box = await on(vi.fn(async () => answer({ speaks: false, why: "unreachable" })));

    expect(box.text()).toContain(t("calls.talk.why.unreachable"));
    expect(box.findAll("button").map((one) => one.text())).not.toContain(t("calls.talk.speak"));
  });

  it("is not taken from the page that answered, but where somebody says so", async () => {
    const offer = vi.fn(async () => answer());
    const box = await on(offer, true, false);
    expect(offer).not.toHaveBeenCalled();
    expect(box.text()).toContain(t("calls.talk.elsewhere"));

    await press(box, t("calls.talk.here"));
    await vi.waitFor(() => expect(box.text()).toContain(t("calls.talk.hears")));

    expect(offer).toHaveBeenCalledOnce();
    expect(box.text()).not.toContain(t("calls.talk.here"));
  });

  it("has phrases for who does not speak, where there is no line at all", async () => {
    const offer = vi.fn();
    const box = await on(offer, false);

    await press(box, "请稍等");

    expect(box.emitted("say")).toEqual([["coming"]]);
    expect(offer).not.toHaveBeenCalled();
  });
});

const call = (over: Partial<DoorCall>): DoorCall =>
  ({ id: 1, state: "ringing", part: "", who: "", by_me: false, door_name: { zh: "门", en: "door" }, place_name: { zh: "家", en: "home" }, rang_at: "2026-06-01T04:00:00Z", talked_s: 0, spoke_s: 0, ...over }) as DoorCall;

describe("who has the call", () => {
  it.each([
    ["is known to the window that answered", undefined, true],
    ["is known to none whose answer failed", new Error("another has"), false],
  ])("%s", async (_, fails, there) => {
    const act = vi.fn(async () => (fails ? Promise.reject(fails) : undefined));
    const side = { all: vi.fn(async () => ({ items: [], next: null, phrases: [] })), act } as unknown as CallSide;
    vi.resetModules();
    const [window, other] = [await import("@/visits/useCalls"), (vi.resetModules(), await import("@/visits/useCalls"))];

    const page = effectScope();
    const [pressed, beside] = page.run(() => [window.useCalls(side), other.useCalls(side)])!;

    await pressed!.act(call({}), "answer", "");
    await pressed!.act(call({ id: 2 }), "open", "");

    expect([...pressed!.here]).toEqual(there ? [1] : []);
    expect([...beside!.here]).toEqual([]);
    page.stop();
  });

  it.each([
    ["another", { state: "answered" }, [1]],
    ["myself", { state: "answered", by_me: true }, []],
    ["nobody", { state: "missed" }, []],
  ])("is told once it is %s", (_, over, found) => {
    expect(taken([call({})], [call(over)]).map(({ id }) => id)).toEqual(found);
    expect(taken([call(over)], [call(over)])).toEqual([]);
  });

  it("stands in the list, and how long he talked", () => {
    const text = mount(CallList, { props: { calls: [call({ state: "opened", part: "home", who: "王五", talked_s: 42, spoke_s: 17 })] } }).text();

    expect(text).toContain("王五");
    expect(text).toContain(t("calls.talked", { s: 42, spoke: 17 }));
  });
});
