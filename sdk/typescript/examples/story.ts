/**
 * Two petition offices hear of one matter; both case-management offices learn of it, agree on who leads, and consult.
 *
 *     HELI=http://127.0.0.1:8080 node dist/examples/story.js
 *
 * Tokens come from the local stack's own issuer; on a real platform they come from your provider.
 */
import { createHeli, follow, items, ok, HeliProblem, type components, type Heli } from "../src/index.js";

const baseUrl = process.env["HELI"] ?? "http://127.0.0.1:8080";
const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());

async function tokenOf(sub: string, unit: string, ...roles: string[]): Promise<string> {
  const answer = await fetch(new URL("/dev/token", baseUrl), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sub, unit, roles }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const signIn = async (sub: string, unit: string, ...roles: string[]): Promise<Heli> =>
  createHeli({ baseUrl, token: await tokenOf(sub, unit, ...roles), language: "en" });

const letters = await signIn("sdk-clerk-1", "pet-dh", "intake_officer");
const letter = await ok(
  letters.POST("/v1/clues", {
    body: {
      source_code: "PETITION",
      channel: "letter",
      received_on: today,
      subjects: [{ name: "姜维远", unit_name: "夏宁市交通运输局", post: "副局长" }],
      allegations: [
        { text: "市交通局副局长姜维远2024年8月收受桥梁公司现金12万元，帮助其承揽北环立交检测工程。", amount_cny: 120000 },
      ],
    },
  }),
);
console.log("a letter:", letter.id, letter.status);

const phone = await signIn("sdk-clerk-2", "pet-xs", "intake_officer");
const call = await ok(
  phone.POST("/v1/clues", {
    body: {
      source_code: "PETITION",
      channel: "phone",
      received_on: today,
      subjects: [{ name: "姜维远", unit_name: "市交通局" }],
      allegations: [{ text: "来电称交通局姜副局长前年八月拿了桥梁公司十二万块，北环立交检测就给了这家公司。" }],
    },
  }),
);
for (const candidate of call.candidates ?? []) {
  // A blind hit tells unit, stage and contact, and never what the other side holds.
  console.log("  meets:", "hit" in candidate ? candidate.hit : candidate.band);
}

const office = { sub: "sdk-supervisor-1", unit: "cmo-dh", role: "case_supervisor" };
const supervisor = await signIn(office.sub, office.unit, office.role);
let alerts = 0;
for await (const alert of items((cursor) =>
  supervisor.GET("/v1/overlap-alerts", { params: { query: cursor ? { cursor } : {} } }),
)) {
  alerts += 1;
  console.log("an overlap alert:", alert.id, alert.state);
}

// Notices arrive a moment later: the stream is opened first and the list read then, so that none falls between.
const signal = AbortSignal.timeout(60_000);
async function* notices(): AsyncGenerator<components["schemas"]["NoticeOut"]> {
  const token = () => tokenOf(office.sub, office.unit, office.role);
  for await (const message of follow({ baseUrl, path: "/v1/notifications/stream", token, signal })) {
    if (message.event === "notice") yield message.data as components["schemas"]["NoticeOut"];
    if (message.event !== "ready") continue;
    yield* items((cursor) => supervisor.GET("/v1/notifications", { params: { query: cursor ? { cursor } : {} } }));
  }
  throw new Error("no notice about the alert within a minute");
}
const met = (call.candidates ?? []).find((one) => one.blind); // then its id is the alert's
for await (const notice of notices()) {
  if (notice.item_id !== met?.id) continue;
  console.log("a notice:", notice.kind, notice.link);
  await ok(supervisor.POST("/v1/notifications/{notification_id}/read", { params: { path: { notification_id: notice.id } } }));
  break;
}

// Both commissions acknowledge the alert and vote for the same lead: from then on nobody else may proceed.
const other = await signIn("sdk-supervisor-2", "cmo-xs", "case_supervisor");
const path = { alert_id: met?.id ?? "" };
for (const one of [supervisor, other]) await ok(one.POST("/v1/overlap-alerts/{alert_id}/acknowledge", { params: { path } }));
let state = "";
for (const one of [supervisor, other]) {
  const body = { outcome: "lead_designated", lead_unit: "cdi-dh" } as const;
  state = (await ok(one.POST("/v1/overlap-alerts/{alert_id}/resolve", { params: { path }, body }))).state;
}
console.log("the alert is", state);

// What a consultation concludes advises; it replaces no approval.
const consultation = await ok(
  supervisor.POST("/v1/consultations", {
    body: {
      kind: "overlap",
      topic: "北环立交检测工程有关反映由谁牵头、如何配合",
      participants: [{ unit: "cmo-dh" }, { unit: "cmo-xs" }],
    },
  }),
);
console.log("a consultation:", consultation.id, consultation.state);

const leaving = new AbortController();
for await (const message of follow({
  baseUrl,
  path: "/v1/events",
  types: ["clue.clue.*"],
  token: () => tokenOf(office.sub, office.unit, office.role),
  signal: leaving.signal,
})) {
  console.log("the stream says:", message.event);
  leaving.abort();
}

try {
  await ok(supervisor.GET("/v1/clues/{clue_id}", { params: { path: { clue_id: crypto.randomUUID() } } }));
} catch (error) {
  if (!(error instanceof HeliProblem)) throw error;
  console.log("a refusal explains itself:", error.status, error.code, "-", error.detail);
}
console.log(JSON.stringify({ letter: letter.id, call: call.id, alerts }));
