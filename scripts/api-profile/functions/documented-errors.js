// The errors that every operation can answer are told of, and those that go with keys, bodies and paths where there are any.
const always = ["400", "403", "414", "500", "503"];

export default function documentedErrors(operation) {
  const wanted = [...always];
  if (operation.security?.length) wanted.push("401");
  if (operation.requestBody) wanted.push("413", "415");
  if (operation.parameters?.some((parameter) => parameter.in === "path")) wanted.push("404");
  const missing = wanted.filter((status) => !operation.responses?.[status]);
  if (operation.responses?.default) missing.push("inte default");
  if (!Object.keys(operation.responses ?? {}).some((status) => status.startsWith("2"))) missing.push("2xx");
  return missing.length ? [{ message: `Svar som inte beskrivs: ${missing.join(", ")} / Answers not told of: ${missing.join(", ")}` }] : [];
}
