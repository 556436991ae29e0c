// Sending requests from the reference page: a token kept for this tab only, a form per operation, the answer as it came.
"use strict";

const TRYING = {
  zh: { account: "登录试用", signedIn: "已登录", sub: "账号", unit: "单位代码", roles: "角色（逗号分隔）", token: "或粘贴访问令牌",
        signIn: "取得令牌", keep: "使用令牌", signOut: "退出", noIssuer: "本平台没有本地令牌签发，请粘贴令牌", try: "试一试",
        send: "发送", body: "请求内容", sending: "发送中…", broken: "连接失败" },
  en: { account: "Sign in to try", signedIn: "Signed in", sub: "account", unit: "unit code", roles: "roles, by commas",
        token: "or paste an access token", signIn: "Get a token", keep: "Use the token", signOut: "Sign out",
        noIssuer: "This platform has no local issuer: paste a token", try: "Try it", send: "Send", body: "Request body",
        sending: "Sending…", broken: "The connection failed" },
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

/** The form that sends one operation's request. */
function trying({ path, method, parameters, body, language }) {
  const words = TRYING[language], inputs = new Map();
  const form = element("form", { class: "trying" });
  for (const one of parameters.filter((part) => part.in !== "cookie")) {
    const input = field(one.name, `${one.name} · ${one.in}`);
    input.required = one.in === "path";
    inputs.set(one, input);
    form.append(input);
  }
  const text = body === undefined ? null : element("textarea", { rows: "8", "aria-label": words.body, spellcheck: "false" });
  if (text) { text.value = JSON.stringify(body, null, 2); form.append(text); }
  const output = element("pre", { role: "status" });
  output.hidden = true;
  form.append(element("button", { type: "submit" }, `${words.send} ${method.toUpperCase()}`), output);
  form.onsubmit = async (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = words.sending;
    output.textContent = await sent(path, method, inputs, text?.value, language).catch(() => words.broken);
  };
  return element("details", { class: "try" }, element("summary", {}, words.try), form);
}

async function sent(path, method, inputs, body, language) {
  const headers = { Accept: "application/json", "Accept-Language": language === "en" ? "en" : "zh-CN" };
  const token = sessionStorage.getItem(KEPT);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (method === "post") headers["Idempotency-Key"] = crypto.randomUUID();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const query = new URLSearchParams();
  let address = path;
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (!value) continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (parameter.in === "query") query.append(parameter.name, value);
    else headers[parameter.name] = value;
  }
  const answer = await fetch(query.size ? `${address}?${query}` : address, { method: method.toUpperCase(), headers, body });
  const shown = ["etag", "location", "retry-after", "x-request-id"].filter((name) => answer.headers.has(name))
    .map((name) => `${name}: ${answer.headers.get(name)}`);
  const content = await answer.text();
  const isJson = (answer.headers.get("content-type") || "").includes("json");
  return [`${answer.status} ${answer.statusText}`, ...shown, "", isJson ? JSON.stringify(JSON.parse(content), null, 2) : content.slice(0, 20000)].join("\n");
}
