import { ControlledTime, SequentialEventIds } from '../../../src/adapters/memory/memory-host.js';
import { EmitEvent } from '../../../src/app/outbox/emit-event.js';
import { EventEmitter, type EmitterSources } from '../../../src/app/outbox/event-emitter.js';
import type { EmittedIn } from '../../../src/app/outbox/event-emitter.js';
import type { IdentityReading } from '../../../src/app/events/ensure-identity.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { SharingPreference } from '../../../src/ports/events.js';
import type { CaptureOutcome, Outbox } from '../../../src/ports/outbox.js';
import { PROJECT } from '../../support/facts.js';
import { workflowWorld } from '../../support/workflow-world.js';

const ADA: Account = { hub: { url: 'https://hub.example.org', id: 'hub-1' }, team: 'acme', username: 'ada' };

const IDENTITY: IdentityReading = {
  projectUuid: PROJECT,
  projectSlug: 'demo',
  repoSlug: 'acme/demo',
  share: true,
  autoStart: true,
  warnings: [],
} as IdentityReading;

const NOTE = {
  wp_id: 'WP01',
  entry_type: 'note',
  entry_content: 'a note',
  feature_slug: '001-alpha',
} as const;

/** An emitter in a committed repository; everything that it reads can be changed. */
const world = async (changes: Partial<EmitterSources> = {}) => {
  const project = workflowWorld({ README: 'hello' });
  const { repository, outboxes, scratch } = project;
  const checkout = await project.checkout();
  const time = new ControlledTime();
  const told: EmittedIn[] = [];
  const read = {
    identity: IDENTITY as IdentityReading | undefined,
    account: ADA as Account | undefined,
    preference: undefined as SharingPreference | undefined,
  };
  const emitter = new EventEmitter({
    repository,
    outboxes,
    wallClock: time,
    eventIds: new SequentialEventIds(),
    machine: { homeDirectory: '/home/ada' },
    identify: async () => read.identity,
    account: async () => read.account,
    limits: async () => ({ maxWaiting: 10 }),
    preference: async () => read.preference,
    emitted: (situation) => void told.push(situation),
    ...changes,
  });
  return { emitter, scratch, checkout, outboxes, time, told, read };
};

/** An outbox that answers captures like this. */
const answering = (answer: (eventId: string) => CaptureOutcome): Pick<EmitterSources, 'outboxes'> => ({
  outboxes: {
    list: async () => [],
    open: () =>
      ({
        capture: async (facts) => facts.map(({ event }) => answer(event.event_id)),
      }) as Partial<Outbox> as Outbox,
  },
});

describe('an emission', () => {
  it('says who, where and for whom, with one correlation id for all its events', async () => {
    const { emitter, checkout, time } = await world();
    const emission = await emitter.begin(checkout);
    const facts = [emission.fact('HistoryAdded', NOTE), emission.fact('HistoryAdded', NOTE, 'cause')];
    expect(facts[0]).toMatchObject({
      hub: 'hub-1',
      event: {
        team_slug: 'acme',
        project_uuid: PROJECT,
        project_slug: 'demo',
        repo_slug: 'acme/demo',
        git_branch: 'main',
        head_commit_sha: expect.any(String),
        causation_id: null,
        timestamp: new Date(time.nowMs()).toISOString(),
        correlation_id: emission.correlationId,
      },
    });
    expect(facts[1]?.event).toMatchObject({ correlation_id: emission.correlationId, causation_id: 'cause' });
    expect(facts[0]?.event.event_id).not.toBe(facts[1]?.event.event_id);
  });

  it('is of the moment at which it began, whatever changes meanwhile', async () => {
    const { emitter, checkout, read, scratch } = await world();
    const emission = await emitter.begin(checkout);
    read.account = undefined;
    read.identity = undefined;
    scratch.git('checkout', '--quiet', '-b', 'later');
    const { event, hub } = emission.fact('HistoryAdded', NOTE);
    expect(hub).toBe('hub-1');
    expect(event).toMatchObject({ team_slug: 'acme', project_uuid: PROJECT, git_branch: 'main' });
  });

  it('is local while nobody is signed in, or as long as the team is known to the hub alone', async () => {
    for (const account of [undefined, { hub: { url: 'https://hub.example.org' }, team: 'local' }]) {
      const { emitter, checkout, read } = await world();
      read.account = account;
      const { event, hub } = (await emitter.begin(checkout)).fact('HistoryAdded', NOTE);
      expect(event.team_slug).toBe('local');
      expect(hub).toBeUndefined();
    }
  });

  it('outside every project has neither identity nor place, and is kept all the same', async () => {
    const { emitter, outboxes } = await world();
    const emission = await emitter.begin(undefined);
    expect(emission.identity).toBeUndefined();
    const fact = emission.fact('ErrorLogged', { error_type: 'runtime', error_message: 'x' });
    expect(fact.event).toMatchObject({ project_uuid: null, project_slug: null, git_branch: null });
    expect(await emission.capture([fact])).toMatchObject([{ outcome: 'captured' }]);
    expect(await outboxes.list()).toEqual([undefined]);
  });

  it('names the URL of a hub that has not said its id', async () => {
    const { emitter, checkout, read } = await world();
    read.account = { hub: { url: 'https://hub.example.org' }, team: 'acme' };
    const { hub } = (await emitter.begin(checkout)).fact('HistoryAdded', NOTE);
    expect(hub).toBe('https://hub.example.org');
  });

  it('keeps an invalid event with its issues, as a dead letter', async () => {
    const { emitter, checkout, outboxes } = await world();
    const emission = await emitter.begin(checkout);
    const fact = emission.fact('HistoryAdded', { ...NOTE, wp_id: 'nonsense' });
    expect(fact.issues?.map(({ path }) => path)).toContain('payload.wp_id');
    await emission.capture([fact]);
    for await (const record of outboxes.open(PROJECT).records())
      expect(record.invalid).toContain('payload.wp_id');
  });

  it('removes secrets and home directories from what people write', async () => {
    const { emitter, checkout } = await world();
    const { event } = (await emitter.begin(checkout)).fact('HistoryAdded', {
      ...NOTE,
      entry_content: 'see /home/ada/notes and https://ada:hunter2@example.org',
    });
    const text = JSON.stringify(event.payload);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('/home/ada');
  });

  it('knows whether there is room, and refuses aloud when there is none', async () => {
    const { emitter, checkout } = await world();
    const emission = await emitter.begin(checkout);
    expect(await emission.hasRoomFor(10)).toBe(true);
    expect(await emission.hasRoomFor(11)).toBe(false);
    const facts = Array.from({ length: 11 }, () => emission.fact('HistoryAdded', NOTE));
    const outcomes = await emission.capture(facts);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(10).fill('captured'),
      'refused',
    ]);
  });

  it('scenario 5: keeps nobody from working when the storage cannot say what is allowed or how much fits', async () => {
    const trouble = new SyncError('storage-failed', 'The disk does not answer.');
    const { emitter, checkout, outboxes } = await world({ preference: () => Promise.reject(trouble) });
    const emission = await emitter.begin(checkout);
    expect(emission.isShared).toBe(false);
    const outbox = outboxes.open(PROJECT);
    outbox.hasRoomFor = () => Promise.reject(trouble);
    expect(await emission.hasRoomFor(1)).toBe(true);
    outbox.hasRoomFor = () => Promise.reject(new TypeError('a bug'));
    await expect(emission.hasRoomFor(1)).rejects.toThrow('a bug');
  });

  it('tells of each capture, whether sync may start, and whether there is somewhere to deliver to', async () => {
    const { emitter, checkout, told, read } = await world();
    const emitAs = async (identity: Partial<IdentityReading>, account: Account | undefined = ADA) => {
      read.identity = { ...IDENTITY, ...identity };
      read.account = account;
      await (await emitter.begin(checkout)).capture([]);
      return told.at(-1);
    };
    expect(await emitAs({})).toEqual({ autoStart: true, isDeliverable: true });
    expect(await emitAs({ autoStart: false })).toEqual({ autoStart: false, isDeliverable: true });
    expect(await emitAs({ share: false })).toMatchObject({ isDeliverable: false });
    expect(await emitAs({ share: 'unreadable' })).toMatchObject({ isDeliverable: false });
    read.preference = 'off';
    expect(await emitAs({})).toMatchObject({ isDeliverable: false });
    read.preference = 'on';
    expect(await emitAs({})).toMatchObject({ isDeliverable: true });
    read.account = undefined;
    await (await emitter.begin(checkout)).capture([]);
    expect(told.at(-1)).toMatchObject({ isDeliverable: false });
    await (await emitter.begin(undefined)).capture([]);
    expect(told.at(-1)).toMatchObject({ isDeliverable: false });
  });
});

describe('emitting one event', () => {
  const emit = async (changes: Partial<EmitterSources>, payload: unknown = NOTE) => {
    const { emitter, checkout } = await world(changes);
    return new EmitEvent({ emitter }).run(checkout, 'HistoryAdded', payload as typeof NOTE);
  };

  it('answers the captured envelope', async () => {
    expect(await emit({})).toMatchObject({
      outcome: 'captured',
      event: {
        event_type: 'HistoryAdded',
        aggregate_id: 'WP01',
        lamport_clock: 1,
        node_id: expect.any(String),
      },
    });
  });

  it('answers the id of an event that waits for the lock', async () => {
    const outcome = await emit(answering((eventId) => ({ outcome: 'waiting', eventId })));
    expect(outcome).toEqual({ outcome: 'waiting', eventId: expect.stringMatching(/^[0-9A-Z]{26}$/) });
  });

  it('answers why an event was refused', async () => {
    const outcome = await emit(
      answering((eventId) => ({
        outcome: 'refused',
        eventId,
        reason: 'storage-failed',
        message: 'no space',
      })),
    );
    expect(outcome).toEqual({ outcome: 'refused', reason: 'no space' });
  });

  it('answers that an event is neither captured nor refused when the disk did not confirm it', async () => {
    const outcome = await emit(
      answering((eventId) => ({ outcome: 'unconfirmed', eventId, message: 'the sync failed' })),
    );
    expect(outcome).toMatchObject({ outcome: 'unconfirmed', reason: 'the sync failed' });
  });

  it('answers every issue of an invalid event', async () => {
    const outcome = await emit({}, { ...NOTE, wp_id: 1, entry_type: 'song' });
    expect(outcome.outcome === 'invalid' && outcome.issues.map(({ path }) => path).sort()).toEqual([
      'aggregate_id',
      'payload.entry_type',
      'payload.wp_id',
    ]);
  });

  it.each<[string, Partial<EmitterSources>]>([
    ['the identity', { identify: () => Promise.reject(new SyncError('lock-busy', 'broken')) }],
    ['the account', { account: () => Promise.reject(new Error('broken')) }],
    ['the settings', { limits: () => Promise.reject(new Error('broken')) }],
    [
      'the doorbell',
      {
        emitted: () => {
          throw new Error('broken');
        },
      },
    ],
  ])('never throws, also when %s cannot be had', async (_name, changes) => {
    expect(await emit(changes)).toEqual({ outcome: 'refused', reason: 'broken' });
  });
});
