// Every answer is described in both languages, and every content of it has a schema that says something.
import bothLanguages from "./both-languages.js";

export default function complete(answer) {
  const found = bothLanguages(answer.description);
  for (const [mediaType, content] of Object.entries(answer.content ?? {})) {
    if (!content.schema || Object.keys(content.schema).length === 0) found.push({ message: `${mediaType} saknar schema` });
  }
  return found;
}
