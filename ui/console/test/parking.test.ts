import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import FeeProof from "@/parking/FeeProof.vue";

const said = (zh: string) => ({ zh, en: zh });
const FEE = {
  fen: 500,
  paid_fen: 300,
  due_fen: 200,
  in_time: false,
  lines: [
    { words: said("白天 2 × 60 分钟"), fen: 800 },
    { words: said("商家优惠券"), fen: -300 },
    { words: said("前 15 分钟免费"), fen: 0 },
  ],
};

describe("the proof of a fee", () => {
  it("shows each line, what they come to, what was paid and what is left", () => {
    const cells = mount(FeeProof, { props: { fee: FEE } }).findAll("tr").map((row) => row.findAll("td, th").at(-1)!.text());

    expect(cells).toEqual(["8.00", "−3.00", "", "5.00", "−3.00", "2.00"]);
  });

  it("asks for nothing in the minutes to leave", () => {
    const page = mount(FeeProof, { props: { fee: { ...FEE, due_fen: 0, in_time: true } } });

    expect(page.text()).toMatch(/已缴费|leave in time/);
  });
});
