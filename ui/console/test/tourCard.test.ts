import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import type { Tour } from "@linli/api";
import TourCard from "@/rounds/TourCard.vue";
import { t } from "@/use/language";

const card = (state: string, late = true) =>
  mount(TourCard, {
    props: { tour: { state, late, name: { zh: "外围", en: "around" }, starts_at: "2026-06-01T04:00:00Z", ends_at: "2026-06-01T06:00:00Z", order: "free", points: [], walker: null, case: null } as unknown as Tour },
    global: { stubs: { RouterLink: true } },
  }).text();

it.each([
  ["waiting", true],
  ["missed", true],
  ["walking", false],
  ["incomplete", false],
  ["done", false],
])("says of a late tour that is %s that nobody set out: %s", (state, nobody) => {
  expect([card(state).includes(t("tours.lateTold")), card(state).includes(t("tours.lateBegun"))]).toEqual([nobody, !nobody]);
});

it("says neither of one that was in time", () => {
  expect(card("walking", false)).not.toMatch(new RegExp(`${t("tours.lateTold")}|${t("tours.lateBegun")}`));
});
