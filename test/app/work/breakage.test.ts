import { SyncError, type ErrorKind } from '../../../src/domain/errors.js';
import { breakageMessage, breakageType } from '../../../src/domain/work/breakage.js';
import { AcceptWorkPackages } from '../../../src/app/work/accept-work-packages.js';
import { AddHistory } from '../../../src/app/work/add-history.js';
import { MoveWorkPackage } from '../../../src/app/work/move-work-package.js';
import { PerformWork } from '../../../src/app/work/perform-work.js';
import { capturedEvents } from '../../support/captured-events.js';
import { pathOf, smallFeature } from '../../support/planning-documents.js';
import {
  workflowWorld,
  useCases,
  type WorkflowPorts,
  type WorkflowWorld,
} from '../../support/workflow-world.js';

type World = WorkflowWorld;

/** A world in which no file can be written. */
const failing = (world: World, error: Error): WorkflowPorts => {
  world.files.write = async () => {
    throw error;
  };
  return world;
};

describe('a workflow command that breaks', () => {
  let world: World;
  beforeEach(async () => {
    world = workflowWorld(smallFeature({ WP01: { lane: 'for_review' } }));
  });

  const move = async (ports: WorkflowPorts) =>
    new MoveWorkPackage({ ...ports, perform: useCases(ports).perform }).run({
      checkout: await world.checkout(),
      workPackageId: 'wp01',
      to: 'doing',
      agent: 'claude',
    });

  it('tells the team once, without paths and secrets, and fails as it would have', async () => {
    const broken = new SyncError(
      'storage-failed',
      `${pathOf('WP01')} cannot be written (ENOSPC, token=abcdefgh).`,
    );
    await expect(move(failing(world, broken))).rejects.toBe(broken);
    expect(await capturedEvents(world)).toMatchObject([
      {
        event_type: 'ErrorLogged',
        aggregate_id: 'WP01',
        causation_id: null,
        payload: {
          error_type: 'runtime',
          error_message: 'storage-failed: … cannot be written (ENOSPC, token=[redacted]',
          wp_id: 'WP01',
          agent_id: 'claude',
          stack_trace: null,
          feature_slug: '001-alpha',
        },
      },
    ]);
  });

  it('is about no work package where none or several are meant', async () => {
    const ports = failing(world, new TypeError('a defect at /srv/x.js'));
    const accept = new AcceptWorkPackages({
      ...ports,
      merges: world.merges,
      perform: useCases(ports).perform,
    });
    await expect(accept.run({ checkout: await world.checkout() })).rejects.toThrow('a defect');
    expect(await capturedEvents(world)).toMatchObject([
      {
        aggregate_id: 'error',
        payload: { error_type: 'unknown', error_message: 'internal: a defect at …', wp_id: null },
      },
    ]);
  });

  it('says nothing of a refusal', async () => {
    const ports = failing(world, new Error('never reached'));
    const history = new AddHistory({ ...ports, perform: useCases(ports).perform });
    const note = history.run({ checkout: await world.checkout(), workPackageId: 'WP77', note: 'n' });
    await expect(note).rejects.toMatchObject({ kind: 'work-package-not-found' });
    expect(await capturedEvents(world)).toEqual([]);
  });

  it('shows its own error, whatever becomes of the event', async () => {
    const { emitter, resolve } = useCases(world);
    const checkout = await world.checkout();
    const capture = async (): Promise<never> => {
      throw new Error('the outbox is gone');
    };
    const plan = async (): Promise<never> => {
      throw new SyncError('git-failed', 'no');
    };
    const emission = { ...(await emitter.begin(checkout)), capture };
    const begin = async () => emission;
    const perform = new PerformWork({ ...world, emitter: { begin }, resolveLeftOver: resolve });
    await expect(perform.run({ checkout, plan })).rejects.toMatchObject({ kind: 'git-failed' });
  });
});

describe('breakage', () => {
  it.each<[ErrorKind, string | undefined]>([
    ['storage-failed', 'runtime'],
    ['git-failed', 'runtime'],
    ['work-package-unreadable', 'validation'],
    ['config-unreadable', 'validation'],
    ['unreachable', 'network'],
    ['session-expired', 'auth'],
    ['commit-refused', undefined],
    ['lock-busy', undefined],
    ['interrupted', undefined],
    ['wrong-usage', undefined],
    ['outbox-full', undefined],
    ['worktree-failed', undefined],
    ['task-not-found', undefined],
  ])('%s: %s', (kind, type) => {
    expect(breakageType(new SyncError(kind, 'x'))).toBe(type);
  });

  it('shows through what wraps it', () => {
    const cause = new SyncError('git-failed', 'x');
    expect(breakageType(new SyncError('worktree-failed', 'y', { cause }))).toBe('runtime');
    expect(breakageType(new SyncError('lock-busy', 'y', { cause: new Error('z') }))).toBeUndefined();
    expect(breakageType(Object.assign(new Error('stop'), { name: 'AbortError' }))).toBeUndefined();
    expect(breakageType('text')).toBe('unknown');
  });

  it('is told without paths and addresses', () => {
    expect(breakageMessage(new Error('open "/a b/c.md" https://x.y/z?k=1 C:\\Users\\me failed'))).toBe(
      'internal: open "… …" … … failed',
    );
    expect(breakageMessage(new SyncError('git-failed', '/a/b'))).toBe('git-failed: …');
    expect(breakageMessage(undefined)).toBe('internal: undefined');
  });
});
