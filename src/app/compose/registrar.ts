import type { Bind, MapToResolvedValueInjectOptions, ServiceIdentifier } from 'inversify';

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

/** Binds factories as singletons and remembers what they make, so that the container can close it in reverse. */
export class Registrar {
  readonly #bind: Bind;
  readonly #closables: Closables;
  readonly #given: ReadonlyMap<ServiceIdentifier, unknown>;

  /** `given`: what is not made here, because whoever composes the container brings it along. */
  constructor(bind: Bind, closables: Closables, given: ReadonlyMap<ServiceIdentifier, unknown> = new Map()) {
    this.#bind = bind;
    this.#closables = closables;
    this.#given = given;
  }

  /** One value for the life of the container, made when it is first asked for. */
  single<T, Needs extends unknown[]>(
    identifier: ServiceIdentifier<T>,
    needs: MapToResolvedValueInjectOptions<Needs>,
    make: (...needs: Needs) => T | Promise<T>,
  ): void {
    if (this.#given.has(identifier)) return;
    const remember = (value: T): T => {
      this.#closables.add(value);
      return value;
    };
    this.#bind(identifier)
      .toResolvedValue((...args: Needs) => {
        const made = make(...args);
        return made instanceof Promise ? made.then(remember) : remember(made);
      }, needs)
      .inSingletonScope();
  }
}

const isClosable = (value: unknown): value is { close(): unknown } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
