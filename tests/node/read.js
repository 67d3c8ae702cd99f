// Read a JSON-stat dataset from standard input with jsonstat-toolkit, and tell what it found there.
import { readFileSync } from "node:fs";
import JSONstat from "jsonstat-toolkit";

const dataset = JSONstat(JSON.parse(readFileSync(0, "utf8")));
const rows = dataset.toTable({ type: "arrobj", field: "id", content: "id", status: true });
console.log(
  JSON.stringify({
    class: dataset.class,
    label: dataset.label,
    source: dataset.source,
    updated: dataset.updated,
    id: dataset.id,
    size: dataset.size,
    role: dataset.role,
    labels: dataset.id.map((id) => dataset.Dimension(id).label),
    areas: dataset.role.geo ? dataset.Dimension({ role: "geo" })[0].Category().map((category) => category.label) : [],
    unit: dataset.Dimension({ role: "metric" })[0].Category("count").unit,
    rows,
  }),
);
