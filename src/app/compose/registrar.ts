import { Container, ContainerModule, type Bind, type MapToResolvedValueInjectOptions } from 'inversify';

/** What is known of the parts of a program: their types by their names. */
type PartsOf = object;

/** The parts of one program, each made when it is first needed, and closed in reverse. */
export interface PartsContainer<P extends PartsOf> {
  /** The one instance of this container; made, with all that it needs, when it is first asked for. */
  get<K extends keyof P & string>(name: K): Promise<P[K]>;
  /** Whether somebody has said how it is made. */
  has(name: keyof P & string): boolean;
  /** Says how parts are made. */
  load(modules: readonly PartsModule<P>[]): void;
  close(): Promise<void>;
}

/** Says how some parts are made. */
export type PartsModule<P extends PartsOf> = (register: Registrar<P>) => void;

/** `given` takes the place of what would be made, for everybody who needs it, and is not closed here. */
export const createPartsContainer = <P extends PartsOf>(given: Partial<P>): PartsContainer<P> => {
  const container = new Container({ defaultScope: 'Singleton' });
  const closables = new Closables();
  for (const [name, value] of Object.entries(given)) container.bind(name).toConstantValue(value);
  return {
    get: (name) => container.getAsync(name),
    has: (name) => container.isBound(name),
    load: (modules) =>
      container.load(
        new ContainerModule(({ bind }) => {
          const registrar = new Registrar<P>(bind, closables, given);
          for (const register of modules) register(registrar);
        }),
      ),
    close: () => closables.close(),
  };
};

/** Binds factories as singletons and remembers what they make, so that the container can close it in reverse. */
export class Registrar<P extends PartsOf> {
  readonly #bind: Bind;
  readonly #closables: Closables;
  readonly #given: Partial<P>;

  constructor(bind: Bind, closables: Closables, given: Partial<P>) {
    this.#bind = bind;
    this.#closables = closables;
    this.#given = given;
  }

  /** One value for the life of the container, made when it is first asked for. */
  single<K extends keyof P & string, const N extends readonly (keyof P & string)[]>(
    name: K,
    needs: N,
    make: (...needs: { -readonly [I in keyof N]: P[N[I]] }) => P[K] | Promise<P[K]>,
  ): void {
    if (name in this.#given) return;
    const remember = (value: P[K]): P[K] => {
      this.#closables.add(value);
      return value;
    };
    this.#bind(name)
      .toResolvedValue(
        (...args: { -readonly [I in keyof N]: P[N[I]] }) => {
          const made = make(...args);
          return made instanceof Promise ? made.then(remember) : remember(made);
        },
        [...needs] as unknown as MapToResolvedValueInjectOptions<{ -readonly [I in keyof N]: P[N[I]] }>,
      )
      .inSingletonScope();
  }
}

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
