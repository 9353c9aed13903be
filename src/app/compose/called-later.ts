/** What of a part can be waited for: its methods that resolve to something, just as its class has them. */
export type CalledLater<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: T[K];
};

/** A part that is made by the first call of one of its methods. */
export const calledLater = <T>(get: () => Promise<T>): CalledLater<T> =>
  lazily((method) => async (...args: readonly unknown[]) => {
    const present = (await get()) as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
    const called = present[method];
    if (called === undefined) throw new TypeError(`A use case has no method ${method}.`);
    return called.apply(present, [...args]);
  });

/**
 * An object whose properties are made when they are looked up. None of it is a promise, so that it can be awaited. It can
 * not be spread: nobody knows of which properties.
 */
export const lazily = <T>(property: (name: string) => unknown): T =>
  new Proxy(
    {},
    {
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? property(name) : undefined),
      ownKeys: () => {
        throw new TypeError('What is made when it is looked up has to be taken by its name.');
      },
    },
  ) as T;
