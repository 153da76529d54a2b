import { beforeEach, describe, expect, it, vi } from "vitest";
import { identity } from "@linli/api";

describe("the token of forms", () => {
  const sent = vi.fn<(request: Request) => Promise<Response>>();
  const kept = (cookies: string) => vi.spyOn(document, "cookie", "get").mockReturnValue(cookies);
  const shown = async () => {
    await identity.dropApp();
    return sent.mock.calls[0]![0].headers.get("X-CSRFToken");
  };

  beforeEach(() => {
    sent.mockReset().mockResolvedValue(new Response(null, { status: 204 }));
    vi.stubGlobal("fetch", sent);
  });

  it("is the one that this host alone can set, whatever a neighbour put beside it", async () => {
    kept("a=1; csrftoken=neighbour; __Host-csrftoken=ours");
    expect(await shown()).toBe("ours");
  });

  it("without TLS has its plain name", async () => {
    kept("xcsrftoken=other; csrftoken=ours");
    expect(await shown()).toBe("ours");
  });

  it("is empty where there is none", async () => {
    kept("");
    expect(await shown()).toBe("");
  });
});
