// Reads one question per line, {"rule": "DTSTART…\nRRULE…", "limit": 60}, and answers each with one
// line: the starts in milliseconds since 1970, or {"error": "…"}.
import { createInterface } from "node:readline";
import { Temporal } from "temporal-polyfill";
import { RRuleTemporal } from "rrule-temporal";

globalThis.Temporal ??= Temporal;

function answer({ rule, limit }) {
  const found = new RRuleTemporal({ rruleString: rule, maxIterations: 1_000_000 });
  return found.all((_, index) => index < limit).map((start) => start.epochMilliseconds);
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = answer(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
