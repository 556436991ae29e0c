/** What a refused request answers: RFC 9457 problem documents. */

/** One field of the request that is wrong. */
export interface FieldProblem {
  /** A JSON pointer into the request, or empty for the whole of it. */
  pointer: string;
  /** What is wrong, stable. */
  code: string;
  /** What is wrong, in the caller's language. */
  message: string;
}

/** An answer of 400 or above. Switch on `code`, show `detail`, quote `requestId` to support. */
export class HeliProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldProblem[];
  /** The whole document, with members that only some problems have, such as `allowed_moves`. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown) {
    const document = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const text = (name: string, otherwise: string): string =>
      typeof document[name] === "string" ? (document[name] as string) : otherwise;
    super(text("detail", `HTTP ${status}`));
    this.name = "HeliProblem";
    this.status = status;
    this.code = text("code", "unknown");
    this.title = text("title", "");
    this.detail = text("detail", "");
    this.requestId = text("request_id", "") || null;
    this.errors = Array.isArray(document["errors"]) ? (document["errors"] as FieldProblem[]) : [];
    this.document = document;
  }
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; throws {@link HeliProblem} for any other. */
export async function ok<Data>(answer: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new HeliProblem(response.status, error);
  return (data ?? undefined) as NonNullable<Data>;
}
