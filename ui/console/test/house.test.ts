import { describe, expect, it } from "vitest";

const files = Object.entries(
  import.meta.glob<string>("../src/**/*.{vue,ts}", { query: "?raw", import: "default", eager: true }),
);
const screens = files.filter(([path]) => path.endsWith(".vue"));

/** Code without its comments: those may quote what the screens say. */
const bare = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

describe("the house", () => {
  it.each(screens)("%s leaves its words to the dictionary", (_path, text) => {
    expect(bare(text).replace('"中"', "")).not.toMatch(/[\u4e00-\u9fff]/);
  });

  it.each(screens)("%s is small enough to be read at once", (_path, text) => {
    expect(text.split("\n").length).toBeLessThanOrEqual(250);
  });

  it.each(files)("%s takes colours and sizes from the tokens", (_path, text) => {
    const style = text.slice(text.indexOf("<style"));
    expect(text.includes("<style") ? style : "").not.toMatch(/#[0-9a-f]{3,8}\b/i);
  });

  it.each(files)("%s asks nothing of another address", (_path, text) => {
    expect(text.replaceAll("http://www.w3.org", "")).not.toMatch(/https?:\/\/[a-z]/);
  });
});
