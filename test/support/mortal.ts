import type { FeatureFiles } from '../../src/ports/work.js';
import type { WorkflowPorts } from './workflow-world.js';

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

/** The ports as a process sees them that may die at any step, also between two files. */
export const mortalPorts = (world: WorkflowPorts, fuse: Fuse): WorkflowPorts => {
  const files = mortal(world.files, fuse);
  return {
    repository: mortal(world.repository, fuse, ['exclusive', 'tryExclusive']),
    intents: mortal(world.intents, fuse),
    files: new Proxy(files, {
      get: (target, name) =>
        name === 'write'
          ? async (...[held, changes]: Parameters<FeatureFiles['write']>) => {
              for (const change of changes) await target.write(held, [change]);
            }
          : Reflect.get(target, name, target),
    }),
    outboxes: {
      list: () => world.outboxes.list(),
      open: (project) => mortal(world.outboxes.open(project), fuse, ['records']),
    },
  };
};
