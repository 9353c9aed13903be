import { Container } from 'inversify';

type NameOf<P> = keyof P & string;

/** The parts of one program by name: each is made when it is first needed, with all that it needs, and closed in reverse. */
export class PartsContainer<P extends object> {
  readonly #container = new Container({ defaultScope: 'Singleton' });
  readonly #toClose: { close(): unknown }[] = [];
  readonly #given: Partial<P>;

  /** `given` takes the place of what would be made, for everybody who needs it, and is not closed here. */
  constructor(given: Partial<P>) {
    this.#given = given;
    for (const [name, value] of Object.entries(given)) this.#container.bind(name).toConstantValue(value);
  }

  /** Says how a part is made from the parts that it needs. */
  part<K extends NameOf<P>, const N extends readonly NameOf<P>[]>(
    name: K,
    needs: N,
    make: (needs: Pick<P, N[number]>) => P[K] | Promise<P[K]>,
  ): void {
    if (name in this.#given) return;
    const remember = <T>(value: T): T => {
      if (isClosable(value)) this.#toClose.push(value);
      return value;
    };
    const resolve = (...values: unknown[]) => {
      const named = Object.fromEntries(needs.map((need, at) => [need, values[at]]));
      const made = make(named as Parameters<typeof make>[0]);
      return made instanceof Promise ? made.then(remember) : remember(made);
    };
    this.#container
      .bind(name)
      .toResolvedValue(resolve, [...needs])
      .inSingletonScope();
  }

  /** Says the same of classes that are called as their parts are. One that needs anything else than it is given does not compile. */
  useCases<R extends Recipes>(recipes: R & Fitting<P, R>): void {
    for (const [name, { needs, load }] of Object.entries<Recipe>(recipes)) {
      const className = name.charAt(0).toUpperCase() + name.slice(1);
      // That the names are those of parts, and the class is one of its needs, has been compiled.
      this.part(name as NameOf<P>, needs as readonly NameOf<P>[], async (ports) => {
        const module = (await load()) as Record<string, new (ports: object) => P[NameOf<P>]>;
        const UseCase = module[className];
        if (UseCase === undefined) throw new Error(`There is no class ${className}.`);
        return new UseCase(ports);
      });
    }
  }

  /** The one instance of this container. */
  get<K extends NameOf<P>>(name: K): Promise<P[K]> {
    return this.#container.getAsync(name);
  }

  /** Whether somebody has said how it is made. */
  has(name: NameOf<P>): boolean {
    return this.#container.isBound(name);
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
}

/** What a use case needs, by the names of the parts, and the module of its class, which is loaded when it is first asked for. */
export interface Recipe<N extends readonly string[] = readonly string[], M = object> {
  readonly needs: N;
  readonly load: () => Promise<M>;
}

type Recipes = Readonly<Record<string, Recipe>>;

export const useCase = <const N extends readonly string[], M>(
  needs: N,
  load: () => Promise<M>,
): Recipe<N, M> => ({ needs, load });

/** The use cases that are made by recipes, by name. */
export type MadeBy<R> = {
  readonly [K in keyof R & string]: R[K] extends Recipe<readonly string[], infer M>
    ? M extends Readonly<Record<Capitalize<K>, new (...needs: never[]) => infer T>>
      ? T
      : never
    : never;
};

/** A recipe is `never` where its class does not take what is given to it. */
type Fitting<P, R> = {
  readonly [K in keyof R & string]: R[K] extends Recipe<infer N, infer M>
    ? M extends Readonly<Record<Capitalize<K>, new (needs: Pick<P, N[number] & keyof P>) => unknown>>
      ? R[K]
      : never
    : never;
};

const isClosable = (value: unknown): value is { close(): unknown } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
