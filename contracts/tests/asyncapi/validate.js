// Prints, as JSON, what the AsyncAPI initiative's own parser has to say about each document named.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const said = {};
for (const name of process.argv.slice(2)) {
  const { document, diagnostics } = await new Parser().parse(await readFile(name, "utf8"));
  said[name] = { isValid: document !== undefined, findings: diagnostics.map(({ code, severity, path }) => ({ code, severity, path })) };
}
console.log(JSON.stringify(said));
