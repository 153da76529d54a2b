import { expect, it } from "vitest";
import { onward } from "@/use/onward";

it.each(["/hml/alarms?state=open", "/", "/a//b"])("leads on to a page of ours: %s", (to) => {
  expect(onward(to)).toBe(to);
});

it.each(["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", undefined, null, ["/a"]])("leads nowhere else: %s", (to) => {
  expect(onward(to)).toBe("/");
});
