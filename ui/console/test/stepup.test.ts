import { beforeEach, describe, expect, it, vi } from "vitest";
import { identity, onFactorWanted, onSignedOut, Refused } from "@linli/api";

const answer = (status: number, body: unknown) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const wanted = () => answer(401, { key: "identity.step_up_wanted", values: { factors: ["totp"] }, message: "again" });

describe("a factor wanted again", () => {
  const sent = vi.fn<(request: Request) => Promise<Response>>();
  const out = vi.fn();

  beforeEach(() => {
    sent.mockReset();
    out.mockReset();
    vi.stubGlobal("fetch", sent);
    onSignedOut(out);
  });

  it("once it is shown, what was asked goes on with the same words", async () => {
    sent.mockResolvedValueOnce(wanted()).mockResolvedValueOnce(answer(200, { codes: ["a"] }));
    const asked = vi.fn().mockResolvedValue(true);
    onFactorWanted(asked);

    const found = await identity.proveApp("123456");

    expect(asked).toHaveBeenCalledWith(["totp"]);
    expect(found.codes).toEqual(["a"]);
    expect(await sent.mock.calls[1]![0].json()).toEqual({ code: "123456" });
    expect(out).not.toHaveBeenCalled();
  });

  it("declined, it is a refusal and nobody is signed out", async () => {
    sent.mockResolvedValueOnce(wanted());
    onFactorWanted(async () => false);

    await expect(identity.dropApp()).rejects.toMatchObject({ key: "identity.step_up_wanted" });

    expect(sent).toHaveBeenCalledTimes(1);
    expect(out).not.toHaveBeenCalled();
  });

  it("a wrong code is a refusal, a session that is over is the end of it", async () => {
    sent.mockResolvedValueOnce(answer(401, { key: "identity.wrong_sign_in", message: "no" }));
    await expect(identity.show({ code: "0" })).rejects.toBeInstanceOf(Refused);
    expect(out).not.toHaveBeenCalled();

    sent.mockResolvedValueOnce(answer(401, { key: "identity.session_over", message: "over" }));
    await expect(identity.factors()).rejects.toBeInstanceOf(Refused);
    expect(out).toHaveBeenCalledOnce();
  });
});
