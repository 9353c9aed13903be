import { SyncError } from '../../../src/domain/errors.js';
import { nothingToDo, type WorkPlan } from '../../../src/app/work/perform-work.js';
import type { Emission } from '../../../src/app/outbox/event-emitter.js';
import type { FileChange } from '../../../src/ports/work.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const WP = 'kitty-specs/001-x/tasks/WP01-a.md';
const TASKS = 'kitty-specs/001-x/tasks.md';
const SEED = { [WP]: 'lane: planned\n', [TASKS]: '- [ ] T001\n' };

const moved = (emission: Emission, overrides: Partial<WorkPlan<string>> = {}): WorkPlan<string> => {
  const line = '- 2026-02-03T12:00:00Z – ann – lane=doing – started';
  return {
    result: 'moved',
    changes: [{ path: WP, before: SEED[WP], after: `lane: doing\n${line}\n` }],
    events: [{ fact: fact(emission), evidence: { evidence: 'line', path: WP, line } }],
    message: 'Move WP01 to doing',
    ...overrides,
  };
};

const fact = (emission: Emission) =>
  emission.fact('WPStatusChanged', {
    wp_id: 'WP01',
    previous_status: 'planned',
    new_status: 'doing',
    changed_by: 'ann',
    feature_slug: '001-x',
  });

describe('a piece of work', () => {
  let world: WorkflowWorld;

  describe('in a real repository', () => {
    let git: WorkflowWorld;
    beforeEach(() => {
      world = git = workflowWorld(SEED);
    });

    it('changes the file, commits exactly it, and captures one event that says where the work began', async () => {
      const { perform } = useCases(world);
      const before = git.scratch.git('rev-parse', 'HEAD').trim();
      git.scratch.write('other.txt', 'not ours\n');
      const done = await perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      expect(done.result).toBe('moved');
      expect(done.commit).toBe(git.scratch.git('rev-parse', 'HEAD').trim());
      expect(git.scratch.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
        `Move WP01 to doing\n\n${WP}\n`,
      );
      expect(git.scratch.git('status', '--porcelain')).toBe('?? other.txt\n');
      expect(done.outcomes).toMatchObject([
        {
          outcome: 'captured',
          event: { git_branch: 'main', head_commit_sha: before, event_type: 'WPStatusChanged' },
        },
      ]);
      expect(await world.captured()).toHaveLength(1);
      expect(git.scratch.read('.git/spec-kitty/intent.json')).toHaveLength(1);
    });

    it('leaves the commit to the user when there is no message', async () => {
      const { perform } = useCases(world);
      const done = await perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => {
          const { message, ...plan } = moved(emission);
          expect(message).toBeDefined();
          return plan;
        },
      });
      expect(done.commit).toBeUndefined();
      expect(git.scratch.git('status', '--porcelain')).toBe(` M ${WP}\n`);
      expect(await world.captured()).toHaveLength(1);
    });

    it('scenario 29: restores the bytes when a hook refuses, and captures and counts nothing', async () => {
      const { perform } = useCases(world);
      git.scratch.hook('pre-commit', 'echo "not on a Friday" >&2; exit 1');
      const made: FileChange = { path: 'kitty-specs/001-x/meta.json', before: undefined, after: '{}\n' };
      let undone = 0;
      const refused = perform.run({
        checkout: await world.checkout(),
        plan: async (emission, _, undoing) => {
          undoing.push(async () => void (undone += 1));
          const plan = moved(emission);
          return { ...plan, changes: [made, ...plan.changes] };
        },
      });
      await expect(refused).rejects.toMatchObject({
        kind: 'commit-refused',
        message: 'Git refused the commit: not on a Friday',
      });
      expect(undone).toBe(1);
      expect(git.scratch.git('status', '--porcelain')).toBe('');
      expect(git.scratch.read(WP)).toBe(SEED[WP]);
      expect(await world.captured()).toEqual([]);
      expect(await world.withdrawn()).toBe(0);
      expect(await world.intents.read({ checkout: await world.checkout() })).toBe('none');
    });

    it('scenario 29: restores what a hook has reformatted before it refused', async () => {
      git.scratch.hook('pre-commit', `printf 'reformatted\\n' >> ${WP}; git add ${WP}; exit 1`);
      const refused = useCases(world).perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      await expect(refused).rejects.toMatchObject({ kind: 'commit-refused' });
      expect(git.scratch.read(WP)).toBe(SEED[WP]);
      expect(git.scratch.git('status', '--porcelain')).toBe('');
      expect(await world.captured()).toEqual([]);
    });

    it('scenario 29: is refused on a detached HEAD, and nothing has changed', async () => {
      const { perform } = useCases(world);
      git.scratch.git('checkout', '--quiet', '--detach');
      const refused = perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      await expect(refused).rejects.toMatchObject({ kind: 'commit-refused' });
      expect(git.scratch.git('status', '--porcelain')).toBe('');
    });

    it('scenario 26: done by two at once from fresh files, has one event; the other is told', async () => {
      const checkout = await world.checkout();
      const attempt = () =>
        useCases(world).perform.run({
          checkout,
          plan: async (emission) =>
            (await world.files.text(world.root, WP)) === SEED[WP] ? moved(emission) : nothingToDo('is doing'),
        });
      const results = await Promise.all([attempt(), attempt(), attempt()]);
      expect(results.map(({ result }) => result).sort()).toEqual(['is doing', 'is doing', 'moved']);
      expect(await world.captured()).toHaveLength(1);
      expect(git.scratch.git('rev-list', '--count', 'HEAD').trim()).toBe('2');
    });
  });

  describe('in memory', () => {
    beforeEach(async () => {
      world = workflowWorld(SEED);
    });

    it('with nothing to do touches nothing', async () => {
      const { perform } = useCases(world);
      const done = await perform.run({
        checkout: await world.checkout(),
        plan: async () => nothingToDo('is there already'),
      });
      expect(done).toMatchObject({ result: 'is there already', outcomes: [] });
      expect(world.outboxes.open(undefined).isUntouched()).toBe(true);
    });

    it('that is refused by its plan changes nothing', async () => {
      const { perform } = useCases(world);
      const refused = perform.run({
        checkout: await world.checkout(),
        plan: async () => {
          throw new SyncError('transition-illegal', 'no');
        },
      });
      await expect(refused).rejects.toMatchObject({ kind: 'transition-illegal' });
      expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
    });

    it('without any event changes its file all the same', async () => {
      const { perform } = useCases(world);
      const done = await perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission, { events: [] }),
      });
      expect(done.outcomes).toEqual([]);
      expect(done.commit).toBeDefined();
    });

    it('is done although the outbox refuses its event', async () => {
      const { perform } = useCases(world, 0);
      const done = await perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      expect(done.outcomes).toMatchObject([{ outcome: 'refused', reason: 'outbox-full' }]);
      expect(await world.repository.isUncommitted(await world.checkout(), WP)).toBe(false);
    });

    it('is done although the outbox cannot say where it stands, and the intent cannot be cleared', async () => {
      const outbox = world.outboxes.open('550e8400-e29b-41d4-a716-446655440000');
      outbox.nextRecord = async () => {
        throw new SyncError('storage-failed', 'no disk');
      };
      world.intents.clear = async () => {
        throw new SyncError('storage-failed', 'no disk');
      };
      const done = await useCases(world).perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      expect(done.outcomes).toMatchObject([{ outcome: 'captured' }]);
    });

    it('that breaks half-way is undone, and the breakage is what is reported', async () => {
      const { perform } = useCases(world);
      const broken = perform.run({
        checkout: await world.checkout(),
        plan: async (emission, _, undoing) => {
          undoing.push(async () => {
            throw new Error('not this one');
          });
          return moved(emission, {
            changes: [
              { path: WP, before: SEED[WP], after: 'changed\n' },
              { path: TASKS, before: 'what somebody wrote meanwhile\n', after: 'changed\n' },
            ],
          });
        },
      });
      await expect(broken).rejects.toMatchObject({ kind: 'storage-failed' });
      expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
      expect(await world.intents.read({ checkout: await world.checkout() })).toBe('none');
    });

    it('that can be neither done nor undone keeps its intent for the next resolver', async () => {
      world.files.restore = async () => {
        throw new SyncError('storage-failed', 'no disk');
      };
      world.repository.commit = async () => ({ ok: false, error: 'a hook' });
      const { perform } = useCases(world);
      const refused = perform.run({
        checkout: await world.checkout(),
        plan: async (emission) => moved(emission),
      });
      await expect(refused).rejects.toMatchObject({ kind: 'commit-refused' });
      expect(await world.intents.read({ checkout: await world.checkout() })).toMatchObject({ version: 1 });
    });

    it('outside git is done without a commit', async () => {
      const plain = workflowWorld(SEED, { underGit: false });
      const done = await useCases(plain).perform.run({
        checkout: await plain.checkout(),
        plan: async (emission) => moved(emission),
      });
      expect(done.commit).toBeUndefined();
      expect(await plain.captured()).toHaveLength(1);
      expect(await plain.files.text(plain.root, WP)).toContain('lane=doing');
    });

    it('is interrupted only before it begins', async () => {
      const { perform } = useCases(world);
      const checkout = await world.checkout();
      await world.repository.exclusive(checkout, async () => {
        const waiting = perform.run({ checkout, plan: async () => nothingToDo(1) }, AbortSignal.abort());
        await expect(waiting).rejects.toMatchObject({ kind: 'interrupted' });
      });
    });
  });
});
