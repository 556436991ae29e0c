/** The client: tokens, language, idempotency keys and safe repetition around openapi-fetch. */
import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { paths } from "./schema.js";

/** How to reach a platform. */
export interface HeliOptions {
  /** The gateway, such as `https://heli.example.org`. */
  baseUrl: string;
  /** An access token, or where to get a fresh one; asked before every request. */
  token: string | (() => string | Promise<string>);
  /** The language of titles and details; the platform's default is Chinese. */
  language?: "zh-CN" | "en";
  /** How often a request that met 429, 502, 503, 504 or a broken connection is sent again; 2 unless told. */
  retries?: number;
  /** Sends the requests; the runtime's own `fetch` unless told. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Every operation of the API: `heli.GET("/v1/clues/{clue_id}", { params: { path: { clue_id } } })`. */
export type Heli = Client<paths>;

const AGAIN = new Set([429, 502, 503, 504]);
const LONGEST_WAIT_MS = 30_000;

/** A client for one platform and one account. Every POST carries an idempotency key, so it may be repeated safely. */
export function createHeli(options: HeliOptions): Heli {
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const client = createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: (request) => sendSafely(request, send, options.retries ?? 2),
  });
  client.use(identified(options));
  return client;
}

function identified(options: HeliOptions): Middleware {
  return {
    async onRequest({ request }) {
      const token = typeof options.token === "string" ? options.token : await options.token();
      request.headers.set("Authorization", `Bearer ${token}`);
      if (options.language) request.headers.set("Accept-Language", options.language);
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      return request;
    },
  };
}

async function sendSafely(
  request: Request,
  send: (request: Request) => Promise<Response>,
  retries: number,
): Promise<Response> {
  const mayRepeat = request.method === "GET" || request.method === "HEAD" || request.headers.has("Idempotency-Key");
  for (let attempt = 0; ; attempt++) {
    const isLast = !mayRepeat || attempt >= retries;
    try {
      const answer = await send(isLast ? request : request.clone());
      if (isLast || !AGAIN.has(answer.status)) return answer;
      await answer.body?.cancel();
      await waitFor(waitOf(answer, attempt), request.signal);
    } catch (error) {
      if (isLast || request.signal.aborted) throw error;
      await waitFor(waitOf(null, attempt), request.signal);
    }
  }
}

function waitOf(answer: Response | null, attempt: number): number {
  const asked = Number(answer?.headers.get("Retry-After"));
  if (answer?.headers.has("Retry-After") && Number.isFinite(asked)) return Math.min(asked * 1000, LONGEST_WAIT_MS);
  return 200 * 2 ** attempt * (0.5 + Math.random());
}

/** Waits, unless the signal is or gets aborted: then it throws the reason. */
export function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
