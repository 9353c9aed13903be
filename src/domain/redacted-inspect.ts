/**
 * Gives an object a harmless face for consoles and assertion messages: `description` instead of its members. Copies
 * of the object do not have it.
 */
export const withRedactedInspect = <T extends object>(value: T, description: string): T =>
  Object.defineProperty(value, INSPECT, { value: () => description });

/** What Node asks an object for before it prints it; elsewhere a symbol that nobody looks at. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
