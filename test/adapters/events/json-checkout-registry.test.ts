import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { JsonCheckoutRegistry } from '../../../src/adapters/events/json-checkout-registry.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const registry = () => new JsonCheckoutRegistry(new StateRoot(join(scratch.path, 'state')));
const folder = () => join(scratch.path, 'state', 'checkouts');

describe('the checkouts of the state root', () => {
  it('are private files, written only when something changed', async () => {
    await registry().remember({ path: '/work/demo', share: true });
    const [name = ''] = readdirSync(folder());
    const before = statSync(join(folder(), name), { bigint: true });
    expect(Number(before.mode) & 0o777).toBe(0o600);
    await registry().remember({ path: '/work/demo', share: true });
    expect(statSync(join(folder(), name), { bigint: true }).ino).toBe(before.ino);
    expect(JSON.parse(readFileSync(join(folder(), name), 'utf8'))).toEqual({
      path: '/work/demo',
      share: true,
    });
  });

  it('count as unknown when their file is garbage, and the next write repairs them', async () => {
    await registry().remember({ path: '/work/demo', share: true });
    await registry().setPreference('p', 'on');
    const names = readdirSync(folder());
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (garbage) => {
        for (const name of names) writeFileSync(join(folder(), name), garbage);
        expect(await registry().recall('/work/demo')).toBeUndefined();
        expect(await registry().list()).toEqual([]);
        expect(await registry().preference('p')).toBeUndefined();
      }),
      { numRuns: 50 },
    );
    await registry().remember({ path: '/work/demo', share: false });
    expect(await registry().recall('/work/demo')).toEqual({ path: '/work/demo', share: false });
  });

  it('leave out values of the wrong type, and files that lie under a wrong name', async () => {
    await registry().remember({ path: '/work/demo', share: true });
    const [name = ''] = readdirSync(folder());
    const odd = { path: '/work/demo', project_uuid: 1, project_slug: [], share: 'no', config_readable: null };
    writeFileSync(join(folder(), name), JSON.stringify(odd));
    writeFileSync(join(folder(), `${'0'.repeat(32)}.json`), JSON.stringify(odd));
    expect(await registry().list()).toEqual([{ path: '/work/demo' }]);
    writeFileSync(join(folder(), name), JSON.stringify({ path: '/elsewhere' }));
    expect(await registry().recall('/work/demo')).toBeUndefined();
  });

  it('fail as storage when a folder is in the way', async () => {
    mkdirSync(join(scratch.path, 'state'));
    writeFileSync(folder(), '');
    await expect(registry().remember({ path: '/x' })).rejects.toMatchObject({ kind: 'storage-failed' });
    expect(await registry().list()).toEqual([]);
  });

  it('fail as storage when a file cannot be read', async () => {
    await registry().remember({ path: '/x' });
    const [name = ''] = readdirSync(folder());
    rmSync(join(folder(), name));
    mkdirSync(join(folder(), name));
    await expect(registry().recall('/x')).rejects.toMatchObject({ kind: 'storage-failed' });
  });
});
