// What takes `offset` or `page` takes `limit`, 20 when left out (FNS.09); `page` begins at 1 (FNS.08); an `offset` at 0.
// A list that others write in meanwhile goes on `after` a place instead, given in `next`: an offset would skip rows or give them twice.
export default function paged(operation) {
  const of = Object.fromEntries((operation.parameters ?? []).filter(({ in: place }) => place === "query").map((one) => [one.name, one.schema ?? {}]));
  const found = [];
  if ((of.offset || of.page) && !of.limit) found.push("limit saknas / limit is missing");
  if (of.limit && !of.offset && !of.page && !of.after) found.push("offset saknas / offset is missing");
  if (of.limit && of.limit.default !== 20) found.push("limit är inte 20 när det utelämnas / limit is not 20 when left out");
  if (of.offset && of.offset.default !== 0) found.push("offset är inte 0 när det utelämnas / offset is not 0 when left out");
  if (of.page && of.page.default !== 1) found.push("page börjar inte på 1 / page does not begin at 1");
  return found.map((message) => ({ message }));
}
