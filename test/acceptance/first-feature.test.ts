import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeProject, succeed } from '../support/project.js';
import { smallFeature } from '../support/planning-documents.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

describe('the first feature', () => {
  it('goes from nothing to done with what the commands say', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { 'README.md': 'x' });
      const { feature } = await succeed(sandbox, [
        'feature',
        'new',
        'Parcel labels',
        '--wp',
        'Model',
        '--wp',
        'Print',
      ]);
      expect(feature).toBe('001-parcel-labels');
      const { announced } = await succeed(sandbox, ['agent', 'feature', 'finalize-tasks']);
      expect(announced).toEqual([feature, 'WP01', 'WP02']);
      for (const [name, task] of [
        ['1', 'T001'],
        ['wp2', 'T002'],
      ] as const) {
        const { worktree } = await succeed(sandbox, ['implement', name, '--agent', 'claude']);
        const shown = await succeed(sandbox, ['agent', 'tasks', 'show'], { cwd: worktree as string });
        expect(shown['worktree']).toBe(worktree);
        await writeFile(join(worktree as string, `${task}.txt`), 'done');
        await sandbox.git(['add', '--all'], worktree as string);
        await sandbox.git(['commit', '--quiet', '-m', `work on ${task}`], worktree as string);
        await succeed(sandbox, ['agent', 'tasks', 'mark-status', task, '--status', 'done']);
        await succeed(sandbox, ['merge']);
        await succeed(sandbox, ['accept']);
      }
      const { lanes } = await succeed(sandbox, ['agent', 'tasks', 'status']);
      expect(lanes).toMatchObject({ done: 2 });
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
    }));

  it('is committed as a whole plan with what finalize-tasks says of it', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, { 'README.md': 'x' });
      await succeed(sandbox, ['feature', 'new', 'Parcel labels', '--no-commit']);
      const finalize = ['agent', 'feature', 'finalize-tasks'];
      const { stderr } = await runCli(sandbox, finalize);
      const [, offered = ''] = /^ +spec-kitty (.*--whole)$/m.exec(stderr) ?? [];
      expect(await sandbox.git(['status', '--porcelain'])).toContain(
        '?? kitty-specs/001-parcel-labels/spec.md',
      );
      expect((await runCli(sandbox, offered.split(' '))).code).toBe(0);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      const committed = await sandbox.git(['ls-files', 'kitty-specs']);
      for (const name of ['spec.md', 'plan.md', 'tasks.md', 'tasks/WP01-parcel-labels.md'])
        expect(committed).toContain(`kitty-specs/001-parcel-labels/${name}`);
      expect((await runCli(sandbox, finalize)).stderr).not.toContain('--whole');
    }));

  it('leaves work trees and branches that clean removes once they are done, and only those', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
      await succeed(sandbox, ['agent', 'feature', 'finalize-tasks']);
      const [one, two] = await Promise.all(
        ['WP01', 'WP02'].map(async (id) => (await succeed(sandbox, ['implement', id]))['worktree'] as string),
      );
      await writeFile(join(one ?? '', 'one.txt'), 'done');
      await sandbox.git(['add', '--all'], one);
      await sandbox.git(['commit', '--quiet', '-m', 'one'], one);
      await succeed(sandbox, ['merge', 'WP01']);
      await succeed(sandbox, ['accept', 'WP01']);
      const asked = await runCli(sandbox, ['feature', 'clean']);
      expect(existsSync(one ?? '')).toBe(true);
      const [, offered = ''] = /^ +spec-kitty (.*--yes)$/m.exec(asked.stdout) ?? [];
      const cleaned = await runCli(sandbox, offered.split(' '));
      expect(cleaned).toMatchObject({ code: 0 });
      expect([existsSync(one ?? ''), existsSync(two ?? '')]).toEqual([false, true]);
      expect(await sandbox.git(['branch', '--list', '--format=%(refname:short)', '001-*'])).toBe(
        '001-alpha-WP02',
      );
      expect(await sandbox.git(['show', 'main:one.txt'])).toBe('done');
    }));

  it('says what leads on for a person, and nothing of it with --json or --quiet', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const next = 'next: spec-kitty implement WP01\n';
      expect((await runCli(sandbox, ['status'])).stderr).toBe(next);
      expect((await runCli(sandbox, ['status', '--feature', '001'])).stderr).toBe(
        'next: spec-kitty implement WP01 --feature 001\n',
      );
      const elsewhere = { cwd: sandbox.directory };
      expect((await runCli(sandbox, ['status', '--project', sandbox.project], elsewhere)).stderr).toBe(
        `next: spec-kitty implement WP01 --project ${sandbox.project}\n`,
      );
      for (const flag of ['--json', '--quiet'])
        expect((await runCli(sandbox, ['status', flag])).stderr).toBe('');
    }));
});
