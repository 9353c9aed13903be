import { mkdir, rename, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, type Document } from '../support/project.js';
import { journalOf } from '../support/recount.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const SHIM = resolve(import.meta.dirname, '..', 'support', 'fs-shim', 'shim.cjs');

/** Every write below the directory fails, as on a disk without room. */
const fullDisk = (root: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require ${SHIM}`,
  FS_SHIM: JSON.stringify({ root, failFrom: 1, errno: 'ENOSPC' }),
});

const move = ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--agent', 'claude'];

const loggedErrors = async (sandbox: Sandbox, project: string): Promise<readonly Document[]> =>
  (await journalOf(sandbox, project)).filter((event: Document) => event['event_type'] === 'ErrorLogged');

describe('a workflow command that breaks', () => {
  it('over a disk that is full for the repository leaves it as it was, shows one error, and tells the team once', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      const before = await sandbox.git(['status', '--porcelain']);
      const env = fullDisk(join(sandbox.project, 'kitty-specs'));
      const { code, stdout, stderr } = await runCli(sandbox, move, { env });
      expect({ code, stdout, errors: stderr.match(/^error\[/gm)?.length }).toEqual({
        ...{ code: 1, stdout: '', errors: 1 },
      });
      expect(await sandbox.git(['status', '--porcelain'])).toBe(before);
      expect(await loggedErrors(sandbox, project)).toMatchObject([
        {
          aggregate_id: 'WP01',
          payload: {
            error_type: 'runtime',
            error_message: expect.stringMatching(/^storage-failed: .*ENOSPC/),
            stack_trace: null,
            ...{ wp_id: 'WP01', agent_id: 'claude', feature_slug: '001-alpha' },
          },
        },
      ]);
      expect(JSON.stringify(await loggedErrors(sandbox, project))).not.toContain(sandbox.directory);
    }));

  it('over a folder that cannot be read tells the team once, too, and a command that only looks tells nothing', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      const [folder, elsewhere] = [
        join(sandbox.project, 'kitty-specs'),
        join(sandbox.directory, 'elsewhere'),
      ];
      await rename(folder, elsewhere);
      await symlink(elsewhere, folder, 'junction');
      expect(await ask(sandbox, ['agent', 'tasks', 'status'])).toMatchObject({ code: 1 });
      expect(await loggedErrors(sandbox, project)).toEqual([]);
      expect(await ask(sandbox, move)).toMatchObject({
        code: 1,
        document: { error: { code: 'storage-failed' } },
      });
      expect(await loggedErrors(sandbox, project)).toMatchObject([
        { aggregate_id: 'WP01', payload: { agent_id: 'claude', error_message: expect.any(String) } },
      ]);
    }));

  it('with a state root that is full ends as it would have without', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await rename(join(sandbox.project, 'kitty-specs'), join(sandbox.directory, 'elsewhere'));
      await symlink(join(sandbox.directory, 'elsewhere'), join(sandbox.project, 'kitty-specs'), 'junction');
      const plain = await runCli(sandbox, move);
      const full = await runCli(sandbox, move, { env: fullDisk(sandbox.stateRoot) });
      expect(full).toEqual(plain);
    }));

  it('in a project without identity writes none', () =>
    inSandbox(async (sandbox) => {
      await sandbox.git(['init', '--quiet']);
      await mkdir(join(sandbox.directory, 'elsewhere'));
      await symlink(join(sandbox.directory, 'elsewhere'), join(sandbox.project, 'kitty-specs'), 'junction');
      expect(await ask(sandbox, move)).toMatchObject({ code: 1 });
      expect(await sandbox.git(['status', '--porcelain', '--untracked-files=all'])).toBe('?? kitty-specs');
    }));

  it('is something else than one that refuses, is called wrongly, or names what is not there', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      for (const [args, code] of [
        [['agent', 'tasks', 'move-task', 'WP01', '--to', 'done'], 1],
        [['agent', 'tasks', 'mark-status', 'T077', '--status', 'done'], 1],
        [['agent', 'tasks', 'mark-status', 'T001', '--status', 'doing'], 2],
        [['implement', 'WP09'], 1],
        [['accept', '--feature', '002-none'], 1],
        [['implement'], 2],
      ] as const)
        expect({ args, ...(await ask(sandbox, args)) }).toMatchObject({ args, code });
      expect(await loggedErrors(sandbox, project)).toEqual([]);
    }));
});
