import { Container, ContainerModule, type Bind } from 'inversify';

/** The parts of one program, each made when it is first needed, and closed in reverse. */
export interface PartsContainer<P extends object> {
  /** The one instance of this container; made, with all that it needs, when it is first asked for. */
  get<K extends NameOf<P>>(name: K): Promise<P[K]>;
  /** Whether somebody has said how it is made. */
  has(name: NameOf<P>): boolean;
  /** Says how parts are made. */
  load(modules: readonly PartsModule<P>[]): void;
  close(): Promise<void>;
}

type NameOf<P> = keyof P & string;

/** Says how some parts are made. */
export type PartsModule<P extends object> = (composing: Composing<P>) => void;

/** The two ways of saying how a part is made. It is made once in the life of a container, when it is first needed. */
export interface Composing<P extends object> {
  /** From the parts that it needs, by their names. */
  part<K extends NameOf<P>, const N extends readonly NameOf<P>[]>(
    name: K,
    needs: N,
    make: (needs: Pick<P, N[number]>) => P[K] | Promise<P[K]>,
  ): void;
  /** A class that is called as its part is, takes its needs by their names, and is loaded with its module. */
  useCase<K extends NameOf<P>, const N extends readonly NameOf<P>[]>(
    name: K,
    needs: N,
    load: () => Promise<{ readonly [_ in Capitalize<K>]: new (needs: Pick<P, N[number]>) => P[K] }>,
  ): void;
}

/** `given` takes the place of what would be made, for everybody who needs it, and is not closed here. */
export const createPartsContainer = <P extends object>(given: Partial<P>): PartsContainer<P> => {
  const container = new Container({ defaultScope: 'Singleton' });
  const closables = new Closables();
  for (const [name, value] of Object.entries(given)) container.bind(name).toConstantValue(value);
  return {
    get: (name) => container.getAsync(name),
    has: (name) => container.isBound(name),
    load: (modules) =>
      container.load(
        new ContainerModule(({ bind }) => {
          for (const compose of modules) compose(composing(bind, closables, given));
        }),
      ),
    close: () => closables.close(),
  };
};

const composing = <P extends object>(bind: Bind, closables: Closables, given: Partial<P>): Composing<P> => {
  const part: Composing<P>['part'] = (name, needs, make) => {
    if (name in given) return;
    const remember = <T>(value: T): T => {
      closables.add(value);
      return value;
    };
    const resolve = (...values: unknown[]) => {
      const named = Object.fromEntries(needs.map((need, at) => [need, values[at]]));
      const made = make(named as Parameters<typeof make>[0]);
      return made instanceof Promise ? made.then(remember) : remember(made);
    };
    bind(name)
      .toResolvedValue(resolve, [...needs])
      .inSingletonScope();
  };
  return {
    part,
    useCase: (name, needs, load) =>
      part(name, needs, async (ports) => {
        const className = `${name.charAt(0).toUpperCase()}${name.slice(1)}` as Capitalize<typeof name>;
        return new (await load())[className](ports);
      }),
  };
};

/** Closes what was created, the youngest first; one that fails does not keep the others open. */
export class Closables {
  readonly #created: { close(): unknown }[] = [];

  add(value: unknown): void {
    if (isClosable(value)) this.#created.push(value);
  }

  /** Rejects with the first failure after everything was tried. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let value = this.#created.pop(); value !== undefined; value = this.#created.pop()) {
      try {
        await value.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

const isClosable = (value: unknown): value is { close(): unknown } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
