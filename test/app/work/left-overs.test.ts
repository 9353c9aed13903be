import { MemoryCheckoutRegistry } from '../../support/memory-checkout-registry.js';
import { LeftOvers } from '../../../src/app/work/resolve-left-over.js';
import type { ResolveLeftOver } from '../../../src/app/work/resolve-left-over.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { Repository } from '../../../src/ports/work.js';
import type { HeldRepository } from '../../../src/ports/events.js';
import { PROJECT } from '../../support/facts.js';

/** Checkouts by path: busy, gone, broken, or there. */
const ready = async (
  checkouts: Readonly<Record<string, 'there' | 'gone' | 'busy' | 'broken' | 'defect'>>,
) => {
  const registry = new MemoryCheckoutRegistry();
  for (const path of Object.keys(checkouts)) await registry.remember({ path, projectUuid: PROJECT });
  await registry.remember({ path: '/work/other', projectUuid: 'another-project' });
  const resolved: string[] = [];
  const repository = {
    locate: async (path: string) => {
      if (checkouts[path] === 'broken') throw new SyncError('storage-failed', 'EIO');
      return checkouts[path] === 'gone' ? undefined : { root: path, projectRoot: path };
    },
    tryExclusive: async <T>(
      checkout: HeldRepository['checkout'],
      work: (held: HeldRepository) => Promise<T>,
    ) =>
      checkouts[checkout.root] === 'busy'
        ? ('busy' as const)
        : { ran: true as const, value: await work({ checkout }) },
  } as Partial<Repository> as Repository;
  const resolve = {
    run: async ({ checkout }: HeldRepository) => {
      if (checkouts[checkout.root] === 'defect') throw new TypeError('a bug');
      resolved.push(checkout.root);
    },
  } as unknown as ResolveLeftOver;
  return {
    leftOvers: new LeftOvers({ checkouts: registry, repository, resolveLeftOver: resolve }),
    resolved,
  };
};

describe('left-overs of a project', () => {
  it('are resolved in each of its checkouts where nobody works; the others are left to their next command', async () => {
    const { leftOvers, resolved } = await ready({
      '/work/a': 'there',
      '/work/gone': 'gone',
      '/work/busy': 'busy',
      '/work/broken': 'broken',
      '/work/b': 'there',
    });
    await leftOvers.resolve(PROJECT, { maxWaiting: 10 });
    expect(resolved).toEqual(['/work/a', '/work/b']);
  });

  it('a defect is not hidden', async () => {
    const { leftOvers } = await ready({ '/work/a': 'defect' });
    await expect(leftOvers.resolve(PROJECT, { maxWaiting: 10 })).rejects.toThrow('a bug');
  });
});
