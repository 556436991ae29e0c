// Sending requests from the reference page: a token kept for this tab only, a form per operation, the answer as it came.
"use strict";

const TRYING = {
  zh: { account: "登录试用", signedIn: "已登录", sub: "账号", unit: "单位代码", roles: "角色（逗号分隔）", token: "或粘贴访问令牌",
        signIn: "取得令牌", keep: "使用令牌", signOut: "退出", noIssuer: "本平台没有本地令牌签发，请粘贴令牌", try: "试一试",
        send: "发送", stop: "停止", body: "请求内容", file: "文件", type: "内容类型", sending: "发送中…", broken: "连接失败",
        save: "保存文件" },
  en: { account: "Sign in to try", signedIn: "Signed in", sub: "account", unit: "unit code", roles: "roles, by commas",
        token: "or paste an access token", signIn: "Get a token", keep: "Use the token", signOut: "Sign out",
        noIssuer: "This platform has no local issuer: paste a token", try: "Try it", send: "Send", stop: "Stop",
        body: "Request body", file: "file", type: "content type", sending: "Sending…", broken: "The connection failed",
        save: "Save the file" },
};
const KEPT = "heli-token", KEPT_NAME = "heli-account";

function accountLabel(language) {
  const name = sessionStorage.getItem(KEPT_NAME);
  return name ? `${TRYING[language].signedIn}: ${name}` : TRYING[language].account;
}

function field(name, label, value = "") {
  const input = element("input", { name, "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false" });
  input.value = value;
  return input;
}

function toggleSignIn(language, redraw) {
  const form = document.getElementById("sign-in"), words = TRYING[language];
  form.hidden = !form.hidden;
  document.getElementById("account").setAttribute("aria-expanded", String(!form.hidden));
  const told = element("span", { role: "status" });
  const leave = element("button", { type: "button" }, words.signOut);
  const own = field("token", words.token);
  const keep = element("button", { type: "button" }, words.keep);
  form.replaceChildren(field("sub", words.sub, "clerk-1"), field("unit", words.unit, "pet-dh"),
    field("roles", words.roles, "intake_officer"), element("button", { type: "submit" }, words.signIn), own, keep, leave, told);
  const settle = (token, name) => {
    if (token) { sessionStorage.setItem(KEPT, token); sessionStorage.setItem(KEPT_NAME, name); }
    else { sessionStorage.removeItem(KEPT); sessionStorage.removeItem(KEPT_NAME); }
    form.hidden = true;
    redraw();
  };
  keep.onclick = () => own.value.trim() && settle(own.value.trim(), "…");
  leave.onclick = () => settle(null);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const [sub, unit, roles] = ["sub", "unit", "roles"].map((name) => form.elements[name].value.trim());
    const answer = await fetch("/dev/token", { method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sub, unit, roles: roles.split(/[,，\s]+/).filter(Boolean) }) }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.ok) settle(said.access_token, sub);
    else told.textContent = answer?.status === 404 || !answer ? words.noIssuer : said?.detail || String(answer.status);
  };
}

/** The form that sends one operation's request; while the answer is coming its button stops it. */
function trying({ path, method, parameters, body, files, accepts, language }) {
  const words = TRYING[language], inputs = new Map();
  const form = element("form", { class: "trying" });
  for (const one of parameters.filter((part) => part.in !== "cookie")) {
    const input = field(one.name, `${one.name} · ${one.in}`);
    input.required = Boolean(one.required);
    inputs.set(one, input);
    form.append(input);
  }
  const content = body === undefined ? fileInput(files, words) : textInput(body, words);
  const output = element("pre", { role: "status" }), save = element("p", { class: "save" });
  output.hidden = save.hidden = true;
  const label = `${words.send} ${method.toUpperCase()}`, button = element("button", { type: "submit" }, label);
  form.append(...(content ? content.parts : []), button, output, save);
  let running = null;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (running) return running.abort();
    running = new AbortController();
    output.hidden = false;
    save.hidden = true;
    button.textContent = words.stop;
    const show = (text) => { output.textContent = text; };
    show(words.sending);
    try {
      const request = requestOf(path, method, inputs, content?.read(), accepts, language);
      await showAnswer(await fetch(request.address, { ...request.options, signal: running.signal }), show, save, words);
    } catch (error) {
      if (!running.signal.aborted) show(words.broken);
    }
    running = null;
    button.textContent = label;
  };
  return element("details", { class: "try" }, element("summary", {}, words.try), form);
}

function textInput(body, words) {
  const text = element("textarea", { rows: "8", "aria-label": words.body, spellcheck: "false" });
  text.value = JSON.stringify(body, null, 2);
  return { parts: [text], read: () => ({ content: text.value, type: "application/json" }) };
}

function fileInput(types, words) {
  if (!types.length) return null;
  const file = element("input", { type: "file", "aria-label": words.file, required: "" });
  const type = element("select", { "aria-label": words.type }, ...types.map((one) => element("option", {}, one)));
  return { parts: [file, type], read: () => ({ content: file.files[0], type: type.value }) };
}

function requestOf(path, method, inputs, body, accepts, language) {
  const headers = { Accept: accepts.join(", ") || "*/*", "Accept-Language": language === "en" ? "en" : "zh-CN" };
  const token = sessionStorage.getItem(KEPT);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (method === "post") headers["Idempotency-Key"] = newKey();
  if (body) headers["Content-Type"] = body.type;
  const query = new URLSearchParams();
  let address = path;
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (!value) continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (parameter.in === "query") query.append(parameter.name, value);
    else headers[parameter.name] = value;
  }
  return { address: query.size ? `${address}?${query}` : address,
    options: { method: method.toUpperCase(), headers, body: body?.content } };
}

/** crypto.randomUUID is there on secure pages only; a platform under test may be served over plain http. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

const SHOWN = ["content-type", "etag", "location", "link", "deprecation", "sunset", "retry-after", "ratelimit", "x-request-id"];
const READABLE = /json|^text\/|xml|javascript/, MOST_SHOWN = 20000;

/** Shows an answer as it is: a stream while it comes, text as text, anything else as a file to save. */
async function showAnswer(answer, show, save, words) {
  const head = [`${answer.status} ${answer.statusText}`, ...SHOWN.filter((name) => answer.headers.has(name))
    .map((name) => `${name}: ${answer.headers.get(name)}`), "", ""].join("\n");
  const type = (answer.headers.get("content-type") || "").split(";")[0].trim();
  show(head);
  if (type === "text/event-stream") return showStream(answer, (text) => show(head + text));
  const named = /attachment/.test(answer.headers.get("content-disposition") || "");
  if (answer.ok && type && (named || !READABLE.test(type))) return offer(await answer.blob(), nameIn(answer), save, words);
  const content = await answer.text();
  show(head + (type.includes("json") ? pretty(content) : content.slice(0, MOST_SHOWN)));
}

async function showStream(answer, show) {
  let seen = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    seen = (seen + part.value).slice(-MOST_SHOWN);
    show(seen);
  }
}

function offer(blob, name, save, words) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name }, `${words.save}: ${name} (${blob.size} B)`);
  save.replaceChildren(link);
  save.hidden = false;
}

function nameIn(answer) {
  const said = answer.headers.get("content-disposition") || "";
  const coded = /filename\*=utf-8''([^;]+)/i.exec(said), plain = /filename="?([^";]+)"?/i.exec(said);
  return coded ? decodeURIComponent(coded[1]) : plain ? plain[1] : new URL(answer.url).pathname.split("/").pop();
}

function pretty(content) {
  try { return JSON.stringify(JSON.parse(content), null, 2); } catch { return content; }
}
