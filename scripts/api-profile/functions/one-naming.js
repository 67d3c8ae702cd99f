// Members are camelCase, all of them: never a mix.
export default function oneNaming(properties) {
  return Object.keys(properties ?? {})
    .filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))
    .map((name) => ({ message: `«${name}» är inte camelCase / is not camelCase` }));
}
