import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { identity, session, type User } from "@linli/api";
import SessionList from "@/account/SessionList.vue";
import { t } from "@/use/language";
import { signedIn, signIn, user } from "@/use/session";
import * as telling from "@/use/tell";

const SOMEBODY = { id: 1, name: "王", language: "zh", communities: [], permissions: {}, roles: {} } as unknown as User;

describe("too many sessions", () => {
  const told = vi.spyOn(telling, "tellNot");

  beforeEach(() => {
    told.mockReset();
    user.value = null;
  });

  it("who signs in is told which had to end", async () => {
    vi.spyOn(session, "signIn").mockResolvedValue({ user: SOMEBODY, ended: ["Chrome · Android", ""] });

    await signIn("wang", "x");

    expect(user.value?.id).toBe(1);
    const devices = `Chrome · Android、${t("sessions.unknown")}`;
    expect(told).toHaveBeenCalledWith(t("sessions.crowdedOut", { devices }));
  });

  it("where none had to, nothing is said", () => {
    signedIn({ user: SOMEBODY, ended: [] });

    expect(told).not.toHaveBeenCalled();
  });

  it("one's own page tells how many there may be, and when others ended", async () => {
    vi.spyOn(identity, "sessions").mockResolvedValue({ items: [], most: 10, crowded_out: ["2026-06-01T04:00:00Z"] });

    const page = mount(SessionList);
    await flushPromises();

    expect(page.text()).toContain(t("sessions.most", { n: 10 }));
    expect(page.text()).toContain(t("sessions.crowdedOutAt"));
    expect(page.findAll("time")).toHaveLength(1);
  });
});
