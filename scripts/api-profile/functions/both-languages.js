// Text for people stands in both languages: «Svenska. / English.», or two paragraphs, Swedish first.
export default function bothLanguages(text) {
  if (typeof text !== "string") return [{ message: "beskrivningen saknas" }];
  const parts = text.includes("\n\n") ? text.split("\n\n") : text.split(" / ");
  const told = parts.filter((part) => part.trim().length > 1);
  return told.length >= 2 ? [] : [{ message: `bara ett språk: «${text.slice(0, 60)}»` }];
}
