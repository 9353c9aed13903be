/** What has nothing but methods that are waited for, and is there from the first call of one of them on. */
export const calledLater = <T>(get: () => Promise<T>): T =>
  lazily((method) => async (...args: readonly unknown[]) => {
    const present = (await get()) as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
    const called = present[method];
    if (called === undefined) throw new TypeError(`A use case has no method ${method}.`);
    return called.apply(present, [...args]);
  });

/** An object whose properties are made when they are looked up. None of it is a promise, so that it can be awaited. */
export const lazily = <T>(property: (name: string) => unknown): T =>
  new Proxy(
    {},
    { get: (_, name) => (typeof name === 'string' && name !== 'then' ? property(name) : undefined) },
  ) as T;
