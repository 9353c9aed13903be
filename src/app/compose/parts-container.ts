import { Container } from 'inversify';
import { calledLater, lazily, type CalledLater } from './called-later.js';

type NameOf<P> = keyof P & string;

/**
 * The parts of one program by name, each made when it is first asked for, from the others. Those of `Present` are made
 * without waiting; the code of all the rest has to be loaded, so whoever is made of them gets what can be waited for.
 */
export class PartsContainer<P extends object, Present extends NameOf<P>> {
  readonly #container = new Container({ defaultScope: 'Singleton' });
  readonly #present: Set<string>;
  readonly #parts: PartsOf<P, Present>;
  readonly #toClose: { close(): unknown }[] = [];
  readonly #describeOthers: () => Promise<void>;
  #others: Promise<void> | undefined;

  /**
   * `given` takes the place of what would be made, for everybody who needs it, and is not closed here. `describeOthers` is
   * called once, for a part of which nobody has said yet how it is made.
   */
  constructor(given: Partial<P>, describeOthers: () => Promise<void>) {
    this.#describeOthers = describeOthers;
    this.#present = new Set(Object.keys(given));
    for (const [name, value] of Object.entries(given)) this.#container.bind(name).toConstantValue(value);
    this.#parts = lazily((name) =>
      this.#present.has(name) ? this.#container.get(name) : calledLater(() => this.get(name as NameOf<P>)),
    );
  }

  /** Says how parts are made that are there without waiting. */
  present(makers: { readonly [K in Present]?: (parts: PartsOf<P, Present>) => P[K] }): void {
    for (const name of Object.keys(makers)) this.#present.add(name);
    this.later(makers as object);
  }

  /** Says how parts are made whose code has to be loaded. */
  later(makers: {
    readonly [K in Exclude<keyof P, Present>]?: (parts: PartsOf<P, Present>) => Promise<P[K]>;
  }): void {
    for (const [name, make] of Object.entries(makers as Readonly<Record<string, Maker<P, Present>>>)) {
      if (this.#container.isBound(name)) continue;
      this.#container.bind(name).toDynamicValue(() => {
        const made = make(this.#parts);
        return made instanceof Promise ? made.then(this.#remember) : this.#remember(made);
      });
    }
  }

  /** Says in which modules the classes of parts are. One that needs anything else than it is given does not compile. */
  useCases<R extends Recipes>(recipes: R & Fitting<P, Present, R>): void {
    for (const [name, { load, present }] of Object.entries<Recipe>(recipes)) {
      const className = name.charAt(0).toUpperCase() + name.slice(1);
      const make = async (parts: PartsOf<P, Present>): Promise<unknown> => {
        const module = (await load()) as Record<string, new (parts: object) => unknown>;
        const UseCase = module[className];
        if (UseCase === undefined) throw new Error(`There is no class ${className}.`);
        const there = new Map<string, unknown>();
        for (const each of present) there.set(each, await this.get(each as NameOf<P>));
        return new UseCase(lazily((each) => there.get(each) ?? parts[each as NameOf<P>]));
      };
      this.later({ [name]: make } as object);
    }
  }

  /** The one instance of this container. */
  async get<K extends NameOf<P>>(name: K): Promise<P[K]> {
    if (!this.#container.isBound(name)) await (this.#others ??= this.#describeOthers());
    return this.#container.getAsync(name);
  }

  /** Closes what was made, the youngest first, past what fails; rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let made = this.#toClose.pop(); made !== undefined; made = this.#toClose.pop()) {
      try {
        await made.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  readonly #remember = <T>(made: T): T => {
    if (isClosable(made)) this.#toClose.push(made);
    return made;
  };
}

/** The parts as another one gets them: of those whose code has to be loaded, what can be waited for. */
type PartsOf<P, Present> = { readonly [K in keyof P]: K extends Present ? P[K] : CalledLater<P[K]> };

type Maker<P, Present> = (parts: PartsOf<P, Present>) => unknown;

/** The module of a use case, and the parts of which it asks something without waiting, so that they are made before it. */
export interface Recipe<N extends readonly string[] = readonly string[], M = object> {
  readonly load: () => Promise<M>;
  readonly present: N;
}

type Recipes = Readonly<Record<string, Recipe>>;

export const useCase = <M, const N extends readonly string[]>(
  load: () => Promise<M>,
  ...present: N
): Recipe<N, M> => ({ load, present });

/** The use cases that are made by recipes, by name. */
export type MadeBy<R> = {
  readonly [K in keyof R & string]: R[K] extends Recipe<readonly string[], infer M>
    ? M extends Readonly<Record<Capitalize<K>, new (...needs: never[]) => infer T>>
      ? T
      : never
    : never;
};

/** A recipe is `never` where its class does not take what is given to it. */
type Fitting<P, Present, R> = {
  readonly [K in keyof R & string]: R[K] extends Recipe<infer N, infer M>
    ? M extends Readonly<Record<Capitalize<K>, new (parts: PartsOf<P, Present | N[number]>) => unknown>>
      ? R[K]
      : never
    : never;
};

const isClosable = (value: unknown): value is { close(): unknown } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
