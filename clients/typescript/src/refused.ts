/** A refusal: problem details (RFC 9457), or a refusal of OAuth (RFC 6749, section 5.2). */

type Said = {
  key?: string;
  error?: string;
  values?: Record<string, unknown>;
  message?: string;
  error_description?: string;
  type?: string;
};

/** The server said no: `key` and `values` are for programs, `message` is for people. */
export class Refused extends Error {
  readonly status: number;
  readonly key: string;
  readonly values: Record<string, unknown>;
  /** An address that says what it means. */
  readonly type: string;

  constructor(status: number, said: Said) {
    const key = said.key ?? said.error ?? `http.${status}`;
    super(said.message ?? said.error_description ?? key);
    this.name = "Refused";
    this.status = status;
    this.key = key;
    this.values = said.values ?? {};
    this.type = said.type ?? "";
  }

  /** Read a refusal from an answer; one without a body that we know is told by its status. */
  static async from(answer: Response): Promise<Refused> {
    const said: unknown = await answer.json().catch(() => null);
    return new Refused(answer.status, said !== null && typeof said === "object" ? said : {});
  }
}
