/**
 * The life of a process under test: it ends at the `lifetime`-th step and nothing that it calls afterwards has any
 * effect, as after SIGKILL. A step is the moment before or after a call of a port.
 */
export class Fuse {
  #left: number;
  #burnt = false;

  constructor(lifetime: number) {
    this.#left = lifetime;
  }

  get isBurnt(): boolean {
    return this.#burnt;
  }

  step(): void {
    if (!this.#burnt && this.#left-- > 0) return;
    this.#burnt = true;
    throw new Killed();
  }
}

/** Bears the name of an interruption: of its own death a process can tell nobody. */
export class Killed extends Error {
  override readonly name = 'AbortError';
}

/** The same port, used by a process that may die before and after every call. */
export const mortal = <T extends object>(port: T, fuse: Fuse, immortal: readonly string[] = []): T =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member.bind(target) as (...args: unknown[]) => unknown;
      if (immortal.includes(String(name))) return method;
      return async (...args: unknown[]) => {
        fuse.step();
        const result = await method(...args);
        fuse.step();
        return result;
      };
    },
  });
