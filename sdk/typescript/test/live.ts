/** Against a live platform: HELI is its address, HELI_TOKEN an intake officer's token. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { createHeli, follow, HeliProblem, items, ok } from "../src/index.js";

const baseUrl = process.env["HELI"] as string;
const token = process.env["HELI_TOKEN"] as string;
const heli = createHeli({ baseUrl, token, language: "en" });
const clue = {
  source_code: "PETITION",
  channel: "letter",
  received_on: "2026-11-20",
  subjects: [{ name: "尤守成", unit_name: "夏宁市水务局" }],
  allegations: [{ text: "反映尤守成在泵站改造项目中收受材料商购物卡。" }],
} as const;

async function all(): Promise<string[]> {
  const found: string[] = [];
  const page = (cursor: string | undefined) =>
    heli.GET("/v1/clues", { params: { query: cursor ? { cursor, limit: 1 } : { limit: 1 } } });
  for await (const one of items(page)) found.push(one.id);
  return found;
}

test("a wrong field is a problem that names it", async () => {
  const wrong = { ...clue, received_on: "2999-01-01", subjects: [...clue.subjects], allegations: [...clue.allegations] };
  await assert.rejects(ok(heli.POST("/v1/clues", { body: wrong })), (error: unknown) => {
    assert.ok(error instanceof HeliProblem);
    assert.equal(error.status, 422);
    assert.equal(error.errors[0]?.pointer, "/received_on");
    assert.ok(error.requestId);
    return true;
  });
});

test("a POST whose answer was lost is sent again and happens once", async () => {
  let sent = 0;
  const lossy = createHeli({
    baseUrl,
    token,
    fetch: async (request) => {
      const answer = await fetch(request);
      if (request.method === "POST" && ++sent === 1) throw new TypeError("the connection broke");
      return answer;
    },
  });
  const body = { ...clue, subjects: [...clue.subjects], allegations: [...clue.allegations] };
  const before = await all();
  const made = await ok(lossy.POST("/v1/clues", { body }));
  assert.equal(sent, 2);
  assert.deepEqual((await all()).filter((id) => !before.includes(id)), [made.id]);
});

test("503 is waited out as long as the answer asks", async () => {
  let sent = 0;
  const busy = createHeli({
    baseUrl,
    token,
    fetch: async (request) =>
      ++sent < 3 ? new Response(null, { status: 503, headers: { "Retry-After": "0" } }) : fetch(request),
  });
  await ok(busy.GET("/v1/clues"));
  assert.equal(sent, 3);
});

test("a list walks its pages", async () => {
  const pages: (string | undefined)[] = [];
  const walked = [];
  for await (const number of items(async (cursor) => {
    pages.push(cursor);
    const rest = { a: "b", b: null }[cursor ?? "a"] ?? null;
    return { data: { items: [cursor ?? "first"], next_cursor: rest }, response: new Response() };
  })) {
    walked.push(number);
  }
  assert.deepEqual([pages, walked], [[undefined, "b"], ["first", "b"]]);
});

test("a stream that may not be read ends with its problem", async () => {
  const refused = follow({ baseUrl, token: "no token", path: "/v1/events" });
  await assert.rejects(refused.next(), (error: unknown) => error instanceof HeliProblem && error.status === 401);
});
