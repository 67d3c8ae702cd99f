// Read a catalogue with N3 and jsonld: `node read-rdf.js FILE.ttl FILE.jsonld` writes whether they say the same, and what they say, as JSON.
import { readFileSync } from "node:fs";
import jsonld from "jsonld";
import { Parser, Writer } from "n3";

const [turtle, jsonLd] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const quads = new Parser({ format: "text/turtle" }).parse(turtle);
const written = new Writer({ format: "N-Quads" }).quadsToString(quads);
// Names of blank nodes are nobody's: both are put in the canonical form (RDFC-1.0) before they are compared.
const canonical = (input, inputFormat) => jsonld.canonize(input, { algorithm: "RDFC-1.0", ...(inputFormat ? { inputFormat } : {}) });
const [one, other] = [await canonical(written, "application/n-quads"), await canonical(JSON.parse(jsonLd))];
const told = quads.map(({ subject, predicate, object }) => ({
  subject: subject.value,
  predicate: predicate.value,
  object: object.value,
  kind: object.termType,
  language: object.language || null,
  datatype: object.datatype?.value ?? null,
}));
process.stdout.write(JSON.stringify({ same: one === other, quads: told }));
