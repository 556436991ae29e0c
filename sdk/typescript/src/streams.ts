/** Live streams: the inbox and the events a caller may know of, resumed where they broke off. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { waitFor, type HeliOptions } from "./client.js";
import { HeliProblem } from "./problems.js";

/** One message of a stream. */
export interface StreamMessage {
  /** Where to resume after it; keep it with what you made of the message. */
  id: string | null;
  /** The kind: a notice's, an event type, or one of the stream's own: `ready`, `position`, `reset`. */
  event: string;
  /** The parsed content. */
  data: unknown;
}

/** What to follow. */
export interface FollowOptions extends Pick<HeliOptions, "baseUrl" | "token" | "language"> {
  /** `/v1/events` or `/v1/notifications/stream`. */
  path: "/v1/events" | "/v1/notifications/stream";
  /** Types of events, such as `clue.clue.*`; for `/v1/events`. */
  types?: readonly string[];
  /** The last message dealt with, to go on after it. */
  after?: string;
  /** Ends the stream. */
  signal?: AbortSignal;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/**
 * The messages of a stream, for ever: a broken connection is opened again after the last message, nothing lost and
 * nothing twice. Throws {@link HeliProblem} for an answer that repeating does not mend, such as 401 or 422.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<StreamMessage, void, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  let after = options.after;
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      for await (const message of connection(options, after, signal)) {
        after = message.id ?? after;
        wait = FIRST_WAIT_MS;
        yield message;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof HeliProblem && error.status < 500 && error.status !== 429) throw error;
      if (!(error instanceof HeliProblem) && !(error instanceof TypeError)) throw error;
    }
    if (signal.aborted) return;
    await waitFor(wait, signal).catch(() => undefined);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function* connection(
  options: FollowOptions,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, undefined> {
  const address = new URL(options.path, options.baseUrl);
  if (options.types?.length) address.searchParams.set("types", options.types.join(","));
  const token = typeof options.token === "string" ? options.token : await options.token();
  const headers = new Headers({ Accept: "text/event-stream", Authorization: `Bearer ${token}` });
  if (options.language) headers.set("Accept-Language", options.language);
  if (after !== undefined) headers.set("Last-Event-ID", after);
  const answer = await fetch(address, { headers, signal });
  if (!answer.ok || answer.body === null) {
    throw new HeliProblem(answer.status, await answer.json().catch(() => null));
  }
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => arrived.push(message) });
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(piece);
    for (const one of arrived.splice(0)) {
      yield { id: one.id ?? null, event: one.event ?? "message", data: JSON.parse(one.data) };
    }
  }
}
