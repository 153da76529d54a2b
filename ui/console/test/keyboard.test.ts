import { afterEach, describe, expect, it, vi } from "vitest";
import { effectScope, type EffectScope } from "vue";
import { press, useKeys, type Keys } from "@/use/keyboard";

let scopes: EffectScope[] = [];

function bind(keys: Keys): void {
  const scope = effectScope();
  scope.run(() => useKeys(keys));
  scopes.push(scope);
}

function hit(key: string, target?: HTMLElement): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  if (target) Object.defineProperty(event, "target", { value: target });
  press(event);
  return event;
}

afterEach(() => {
  scopes.forEach((scope) => scope.stop());
  scopes = [];
});

describe("press", () => {
  it("answers a bound key and keeps it from the browser", () => {
    const go = vi.fn();
    bind({ j: go });

    const event = hit("j");

    expect(go).toHaveBeenCalledOnce();
    expect(event.defaultPrevented).toBe(true);
  });

  it("leaves keys alone where somebody types", () => {
    const go = vi.fn();
    bind({ a: go });

    hit("a", document.createElement("input"));
    hit("a", document.createElement("textarea"));

    expect(go).not.toHaveBeenCalled();
  });

  it("reads g and a letter as a pair, and the letter alone as itself", () => {
    const [pair, single] = [vi.fn(), vi.fn()];
    bind({ "g a": pair, a: single });

    hit("g");
    hit("a");
    hit("a");

    expect(pair).toHaveBeenCalledOnce();
    expect(single).toHaveBeenCalledOnce();
  });

  it("gives a key to the page that bound it last, and back when that page goes", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    bind({ k: first });
    bind({ k: second });

    hit("k");
    scopes.pop()?.stop();
    hit("k");

    expect(second).toHaveBeenCalledOnce();
    expect(first).toHaveBeenCalledOnce();
  });
});
