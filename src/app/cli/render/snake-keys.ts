/**
 * The same value with every key in snake case, as the documents of `--json` have them. For values whose keys are ours:
 * the keys of an event or of a map of reasons belong to somebody else and have to stay as they are.
 */
export const snakeKeys = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), withSnakeKeys(inner)]));

const withSnakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withSnakeKeys);
  return typeof value === 'object' && value !== null ? snakeKeys(value) : value;
};

const snakeCase = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
