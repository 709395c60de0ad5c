// node judge.mjs DOCUMENT BODIES: what three tools make of an OpenAPI document, as one JSON object.
// members: the paths of MeetingSettingsRead in the types of openapi-typescript; bodies: whether the zod
// schema of hey-api takes each body; parameters: name and type that Swagger UI shows for each operation.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createClient } from "@hey-api/openapi-ts";
import { JSDOM, VirtualConsole } from "jsdom";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [documentFile, bodiesFile] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const here = (name) => join(import.meta.dirname, name);

async function members(folder) {
  const file = join(folder, "types.ts");
  const question = "\nexport type Asked = components['schemas']['MeetingSettingsRead'];\n";
  writeFileSync(file, astToString(await openapiTS(read(documentFile))) + question);
  const program = ts.createProgram([file], { strict: true, noLib: false });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const asked = source.statements.find((node) => node.name?.text === "Asked");
  const found = [];
  const visit = (type, prefix) => {
    const plain = checker.getNonNullableType(type);
    const item = checker.isArrayType(plain) && checker.getTypeArguments(plain)[0];
    if (item) return visit(item, `${prefix}[]`);
    if (!(plain.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return;
    for (const member of checker.getPropertiesOfType(plain)) {
      const path = prefix ? `${prefix}.${member.name}` : member.name;
      found.push(path);
      visit(checker.getTypeOfSymbolAtLocation(member, source), path);
    }
  };
  visit(checker.getTypeAtLocation(asked), "");
  return found;
}

async function verdicts(folder) {
  const options = { input: documentFile, output: folder, plugins: ["zod"], logs: { level: "silent" } };
  await createClient(options);
  const code = ts.transpileModule(readFileSync(join(folder, "zod.gen.ts"), "utf8"), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  writeFileSync(join(folder, "zod.mjs"), code.outputText);
  const { zMeetingUpdate } = await import(pathToFileURL(join(folder, "zod.mjs")));
  return read(bodiesFile).map((body) => zMeetingUpdate.safeParse(body).success);
}

async function parameters() {
  const page = new JSDOM('<div id="ui"></div>', {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    url: "http://localhost/",
    virtualConsole: new VirtualConsole(),
  });
  const { window } = page;
  // It tells of what a page without a browser lacks, and goes on.
  window.console.error = () => {};
  window.eval(readFileSync(createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui-bundle.js"), "utf8"));
  const domNode = window.document.getElementById("ui");
  window.SwaggerUIBundle({ spec: read(documentFile), domNode, docExpansion: "full", defaultModelsExpandDepth: -1 });
  const blocks = () => [...domNode.querySelectorAll(".opblock")];
  const drawn = () => blocks().length && blocks().every((block) => block.querySelector(".parameters tbody tr"));
  while (!drawn()) await new Promise((resolve) => setTimeout(resolve, 50));
  const text = (node, name) => node.querySelector(name)?.firstChild?.textContent ?? "";
  const rows = (block) =>
    [...block.querySelectorAll(".parameters tbody tr")].map((row) => [
      text(row, ".parameter__name"),
      row.querySelector(".parameter__type")?.textContent ?? "",
    ]);
  return Object.fromEntries(blocks().map((block) => [text(block, ".opblock-summary-method"), rows(block)]));
}

// Beside node_modules, where generated code finds zod.
const folder = mkdtempSync(here("made-"));
let answer;
try {
  answer = { members: await members(folder), bodies: await verdicts(join(folder, "zod")), parameters: await parameters() };
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
