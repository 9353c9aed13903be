import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';
import { startWorker } from '../../support/worker.js';

describe('the identity of real processes', () => {
  let project: ScratchGit;
  beforeEach(() => {
    project = scratchGit();
    project.write('a.txt', 'a\n');
    project.commitAll('begin');
  });
  afterEach(() => project.remove());

  /** All processes are ready before the first one begins. */
  const uuidsOf = async (places: readonly (readonly [directory: string, stateRoot: string])[]) => {
    const workers = places.map((place) => startWorker('identity-worker.mjs', place));
    await Promise.all(workers.map((worker) => worker.said(1)));
    for (const worker of workers) worker.finish();
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual(places.map(() => 0));
    return new Set(workers.map((worker) => worker.lines[1]));
  };

  it('scenario 2: first runs at once, from two homes and a worktree, agree on one uuid', async () => {
    const worktree = join(project.place, 'worktree');
    project.git('worktree', 'add', '--quiet', worktree);
    const homes = [project.stateRoot, join(project.place, 'other-home')];
    const places = Array.from(
      { length: 8 },
      (_, index) => [index % 2 === 0 ? project.root : worktree, homes[index % 3 === 0 ? 0 : 1]!] as const,
    );
    const uuids = await uuidsOf(places);
    expect(uuids.size).toBe(1);
    const config = parse(readFileSync(join(project.root, '.kittify', 'config.yaml'), 'utf8')) as unknown;
    expect(config).toMatchObject({
      project: { uuid: [...uuids][0], slug: 'project', node_id: '0123456789ab' },
    });
    expect(project.gitIn(worktree, 'status', '--porcelain')).toBe('');
  });

  it('scenario 10: a run leaves git status as it was once identity exists', async () => {
    await uuidsOf([[project.root, project.stateRoot]]);
    project.commitAll('identity');
    const before = readFileSync(join(project.root, '.kittify', 'config.yaml'));
    await uuidsOf([[project.root, join(project.place, 'fresh-home')]]);
    expect(project.git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(project.root, '.kittify', 'config.yaml'))).toEqual(before);
  });
});
