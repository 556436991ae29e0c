// The reference page: reads the two documents of this gateway and shows them. Text only ever enters as text nodes.
"use strict";

const WORDS = {
  zh: { api: "接口", events: "事件", guides: "指南", filter: "按路径、名称筛选", other: "English", parameters: "参数", body: "请求内容",
        answers: "应答", payload: "内容", subject: "主题", leaves: "对外", required: "必填", nothing: "没有匹配的条目",
        failed: "文档暂不可用", egress: { open: "可对外推送", checked: "逐条核对权限后推送", never: "不出平台" } },
  en: { api: "API", events: "Events", guides: "Guides", filter: "Filter by path or name", other: "中文", parameters: "Parameters",
        body: "Request body", answers: "Answers", payload: "Data", subject: "Subject", leaves: "Leaves the platform",
        required: "required", nothing: "Nothing matches", failed: "The document is not available",
        egress: { open: "to any integrator", checked: "checked per event", never: "never" } },
};
const DOCUMENTS = { api: "/v1/openapi.json", events: "/v1/asyncapi.json", guides: "/docs/guides.json" };
const TITLES = "/docs/titles.json";
const METHODS = ["get", "post", "put", "patch", "delete"];
const state = { view: "api", language: chosenLanguage(), filter: "", api: null, events: null, guides: null, titles: null };
const words = () => WORDS[state.language];

function chosenLanguage() {
  const kept = localStorage.getItem("heli-language");
  return kept === "en" || kept === "zh" ? kept : navigator.language.startsWith("en") ? "en" : "zh";
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** What a thing is called in the reader's language: the documents speak English, a Chinese title stands beside it. */
const titleOf = (kind, id, english) => (state.language === "zh" && state.titles?.[kind]?.[id]) || english || "";

function resolve(schema, root, depth = 0) {
  if (!schema || depth > 8) return schema;
  if (schema.$ref) return resolve(schema.$ref.slice(2).split("/").reduce((part, key) => part?.[key], root), root, depth + 1);
  return schema;
}

function example(schema, root, seen = []) {
  if (!schema) return null;
  if (schema.$ref) return seen.includes(schema.$ref) ? "…" : example(resolve(schema, root), root, [...seen, schema.$ref]);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.join(" | ");
  const choices = schema.anyOf || schema.oneOf || schema.allOf;
  if (choices) {
    const real = choices.filter((one) => one.type !== "null");
    const shown = real.map((one) => example(one, root, seen));
    if (shown.length !== 1) return shown.every((one) => typeof one === "string") ? shown.join(" | ") : shown[0];
    return choices.length > real.length && typeof shown[0] === "string" ? `${shown[0]} | null` : shown[0];
  }
  if (schema.type === "array") return [example(schema.items, root, seen)];
  if (schema.type === "object" || schema.properties) {
    const needed = new Set(schema.required || []);
    return Object.fromEntries(Object.entries(schema.properties || {}).map(
      ([name, part]) => [needed.has(name) ? name : `${name}?`, example(part, root, seen)]));
  }
  return schema.format ? `${schema.type} (${schema.format})` : schema.type || "any";
}

// A body to begin with: what is required, and nothing made up beyond its form.
function sample(schema, root, depth = 0) {
  const one = resolve(schema, root) || {};
  if (one.default !== undefined) return one.default;
  if (one.const !== undefined) return one.const;
  if (one.enum) return one.enum[0];
  const choices = one.anyOf || one.oneOf || one.allOf;
  if (choices) return sample(choices.find((part) => part.type !== "null"), root, depth + 1);
  if (one.type === "array") return depth > 4 ? [] : [sample(one.items, root, depth + 1)];
  if (one.properties) {
    return Object.fromEntries((one.required || []).map((name) => [name, sample(one.properties[name], root, depth + 1)]));
  }
  if (one.format === "date") return new Date().toISOString().slice(0, 10);
  return { integer: 1, number: 1, boolean: true, object: {} }[one.type] ?? "";
}

function guides() {
  const groups = new Map();
  for (const page of state.guides || []) {
    const shown = page[state.language];
    if (!matches(shown.title, shown.html)) continue;
    groups.set(page.id, { ...shown, id: page.id });
  }
  return groups;
}

// Our own document from our own server, made of Markdown in which HTML has no meaning.
function guidePage({ id, title, html }) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return element("article", { id: `guide-${id}` }, element("h1", {}, title), ...parsed.body.childNodes);
}

const code = (value) => element("pre", {}, JSON.stringify(value, null, 2));
const matches = (...texts) => texts.join(" ").toLowerCase().includes(state.filter);

function operations() {
  const groups = new Map();
  for (const [path, item] of Object.entries(state.api?.paths || {})) {
    for (const method of METHODS.filter((one) => item[one])) {
      const operation = item[method];
      const group = path.split("/")[2];
      if (!matches(path, method, operation.operationId, operation.summary || "", titleOf("groups", group),
        titleOf("operations", operation.operationId))) continue;
      groups.set(group, [...(groups.get(group) || []), { path, method, operation, shared: item.parameters || [] }]);
    }
  }
  return groups;
}

function operationCard(one) {
  return card(one.operation.operationId, one.method, one.path,
    titleOf("operations", one.operation.operationId, one.operation.summary), () => operationInside(one));
}

function operationInside({ path, method, operation, shared }) {
  const parameters = [...shared, ...(operation.parameters || [])].map((one) => resolve(one, state.api));
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  const inside = element("div", { class: "inside" });
  if (operation.description) inside.append(element("p", {}, operation.description));
  if (parameters.length) {
    const rows = parameters.map((one) => element("tr", {}, element("td", {}, one.name), element("td", {},
      `${one.in}${one.required ? ` · ${words().required}` : ""}`), element("td", {}, String(example(one.schema, state.api) ?? "")),
      element("td", {}, one.description || "")));
    inside.append(element("h3", {}, words().parameters), element("table", {}, ...rows));
  }
  if (body) inside.append(element("h3", {}, words().body), code(example(body, state.api)));
  for (const [status, answer] of Object.entries(operation.responses || {})) {
    const [type, media] = Object.entries(answer.content || {})[0] || [];
    inside.append(element("h3", {}, `${words().answers} ${status}${type ? ` · ${type}` : ""}`));
    if (media?.schema) inside.append(code(example(media.schema, state.api)));
  }
  const files = Object.keys(operation.requestBody?.content || {}).filter((type) => type !== "application/json");
  const accepts = [...new Set(Object.values(operation.responses || {}).flatMap((answer) => Object.keys(answer.content || {})))];
  inside.append(trying({ path, method, parameters, body: body && sample(body, state.api), files, accepts, language: state.language }));
  return inside;
}

function channels() {
  const groups = new Map();
  for (const [type, message] of Object.entries(state.events?.components?.messages || {})) {
    if (!matches(type, message.summary || "", titleOf("events", type))) continue;
    const group = type.split(".").slice(0, 2).join(".");
    groups.set(group, [...(groups.get(group) || []), { type, message }]);
  }
  return groups;
}

function eventCard({ type, message }) {
  return card(type, "emit", type, titleOf("events", type, message.title), () => eventInside(type, message));
}

function eventInside(type, message) {
  return element("div", { class: "inside" }, element("p", {}, message.summary || ""),
    element("h3", {}, words().subject), element("pre", {}, state.events.channels[type]?.address || ""),
    element("h3", {}, words().leaves), element("p", {}, words().egress[message["x-egress"]] || ""),
    element("h3", {}, words().payload), code(example(message.payload, state.events)));
}

// What is inside is made when a card is opened for the first time: there are hundreds, and few are.
function card(id, verb, name, about, inside) {
  const summary = element("summary", {}, element("span", { class: `verb ${verb}` }, verb === "emit" ? "event" : verb),
    element("code", {}, name), element("span", { class: "about" }, about));
  const made = element("details", { id: `item-${id}` }, summary);
  made.addEventListener("toggle", () => made.append(inside()), { once: true });
  return made;
}

function show() {
  const isApi = state.view === "api";
  document.documentElement.lang = state.language === "en" ? "en" : "zh-CN";
  document.getElementById("filter").placeholder = words().filter;
  document.getElementById("filter").setAttribute("aria-label", words().filter);
  document.getElementById("language").textContent = words().other;
  for (const button of document.querySelectorAll("nav button")) {
    button.textContent = words()[button.dataset.view];
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  }
  document.getElementById("account").textContent = accountLabel(state.language);
  const groups = state.view === "guides" ? new Map() : isApi ? operations() : channels();
  const cards = [], contents = [];
  for (const [id, page] of state.view === "guides" ? guides() : []) {
    cards.push(guidePage(page));
    contents.push(element("h2", {}, page.title), ...page.parts.map(
      (part, at) => element("a", { href: `#guide-${id}-${at}` }, part)));
  }
  for (const [group, items] of groups) {
    const title = titleOf("groups", group, group);
    cards.push(element("h2", { id: `group-${group}` }, title), ...items.map(isApi ? operationCard : eventCard));
    contents.push(element("a", { href: `#group-${group}` }, `${title} · ${items.length}`));
  }
  const missing = state[state.view] === false;
  if (!cards.length) cards.push(element("p", { class: "quiet" }, missing ? words().failed : words().nothing));
  document.getElementById("contents").replaceChildren(...contents);
  document.getElementById("main").replaceChildren(...cards);
}

async function load(name, address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  state[name] = answer.ok ? await answer.json() : false;
}

document.querySelector("nav").addEventListener("click", (event) => {
  if (event.target.dataset.view) location.hash = event.target.dataset.view;
});
// `/docs#events` and `/docs#guides` are addresses of their own; any other hash is a place within the view.
function follow() {
  const wanted = location.hash.slice(1) || "api";
  if (!(wanted in DOCUMENTS) || wanted === state.view) return;
  state.view = wanted;
  show();
  scrollTo(0, 0);
}
addEventListener("hashchange", follow);
document.getElementById("language").addEventListener("click", () => {
  state.language = state.language === "en" ? "zh" : "en";
  localStorage.setItem("heli-language", state.language);
  show();
});
document.getElementById("filter").addEventListener("input", (event) => {
  state.filter = event.target.value.trim().toLowerCase();
  show();
});
document.getElementById("account").addEventListener("click", () => toggleSignIn(state.language, show));

Promise.all(Object.entries({ ...DOCUMENTS, titles: TITLES }).map(([name, address]) => load(name, address).catch(() => { state[name] = false; })))
  .then(() => { show(); follow(); });
