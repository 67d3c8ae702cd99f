// An error has the members of RFC 9457, in both languages.
const members = ["type", "title", "status", "detail", "instance", "titleEn", "detailEn"];

export default function errorSchema(schema) {
  const missing = members.filter((member) => !schema?.required?.includes(member));
  return missing.length ? [{ message: `Felet saknar ${missing.join(", ")} / The error lacks ${missing.join(", ")}` }] : [];
}
