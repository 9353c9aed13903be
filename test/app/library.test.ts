import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { mkdtempSync, realpathSync, rmSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MemoryBatchTransport,
  MemoryLiveTransport,
  MemoryTokenIssuer,
} from '../../src/adapters/memory/memory-transports.js';
import { MemoryCredentialStore } from '../../src/adapters/memory/memory-stores.js';
import { MemoryNetwork } from '../../src/adapters/memory/memory-hub.js';
import * as library from '../../src/app/index.js';
import { getEmitter, withSyncContext, type EmissionOutcome } from '../../src/app/index.js';
import { SignIn } from '../../src/app/delivery/sign-in.js';
import { EVENT_TYPES } from '../../src/domain/events/payloads.js';
import { eagerModules } from '../support/eager-modules.js';
import { outboxesOf } from '../support/outboxes.js';
import { scratchGit, type ScratchGit } from '../support/scratch-git.js';

const STATUS = {
  wp_id: 'WP01',
  previous_status: 'planned',
  new_status: 'doing',
  feature_slug: '001-first-feature',
} as const;

/** One valid payload for each function of the library. */
const EMISSIONS = {
  emitWpStatusChanged: STATUS,
  emitWpCreated: { wp_id: 'WP01', title: 'First', feature_slug: '001-first-feature' },
  emitWpAssigned: {
    wp_id: 'WP01',
    agent_id: 'claude',
    phase: 'implementation',
    feature_slug: '001-first-feature',
  },
  emitFeatureCreated: {
    feature_slug: '001-first-feature',
    feature_number: '001',
    target_branch: 'main',
    wp_count: 1,
  },
  emitFeatureCompleted: { feature_slug: '001-first-feature', total_wps: 1 },
  emitHistoryAdded: {
    wp_id: 'WP01',
    entry_type: 'note',
    entry_content: 'a note',
    feature_slug: '001-first-feature',
  },
  emitErrorLogged: { error_type: 'runtime', error_message: 'it broke' },
  emitDependencyResolved: {
    wp_id: 'WP02',
    dependency_wp_id: 'WP01',
    resolution_type: 'merged',
    feature_slug: '001-first-feature',
  },
} as const;

let git: ScratchGit;
let home: string | undefined;

beforeEach(() => {
  git = scratchGit({});
  home = process.env['SPEC_KITTY_HOME'];
  process.env['SPEC_KITTY_HOME'] = git.stateRoot;
});

afterEach(() => {
  if (home === undefined) delete process.env['SPEC_KITTY_HOME'];
  else process.env['SPEC_KITTY_HOME'] = home;
  git.remove();
});

const captured = (outcome: EmissionOutcome) => {
  if (outcome.outcome !== 'captured') throw new Error(JSON.stringify(outcome));
  return outcome.event;
};

describe('the emitter of the process', () => {
  it('is one, however often it is asked for', () => {
    expect(getEmitter()).toBe(getEmitter());
  });

  it.each(Object.entries(EMISSIONS))(
    '%s captures its event with the identity of the checkout',
    async (name, payload) => {
      const emit = library[name as keyof typeof EMISSIONS] as (
        payload: object,
        options: library.EmitOptions,
      ) => Promise<EmissionOutcome>;
      const event = captured(await emit(payload, { directory: git.root }));
      expect(event).toMatchObject({
        event_type: name.slice('emit'.length).replace(/^Wp/, 'WP'),
        team_slug: 'local',
        project_slug: 'project',
        git_branch: 'main',
        payload,
      });
      await getEmitter().close();
    },
  );

  it('has a function for every event type', () => {
    const names = EVENT_TYPES.map((type) => `emit${type.replace(/^WP/, 'Wp')}`);
    expect(Object.keys(EMISSIONS).sort()).toEqual([...names].sort());
  });

  it('gives every event its own correlation id, unless the caller has one', async () => {
    const [first, second, third] = await Promise.all([
      library.emitWpStatusChanged(STATUS, { directory: git.root }),
      library.emitWpStatusChanged(STATUS, { directory: git.root }),
      library.emitWpStatusChanged(STATUS, {
        directory: git.root,
        correlationId: '01J00000000000000000000000',
        causationId: '01J00000000000000000000001',
      }),
    ]);
    expect(captured(first).correlation_id).not.toBe(captured(second).correlation_id);
    expect(captured(third)).toMatchObject({
      correlation_id: '01J00000000000000000000000',
      causation_id: '01J00000000000000000000001',
    });
    await getEmitter().close();
  });

  it('keeps an invalid event as a dead letter and names every issue', async () => {
    const outcome = await library.emitWpStatusChanged(
      { ...STATUS, wp_id: 'nonsense', new_status: 'elsewhere' as never },
      { directory: git.root },
    );
    expect(outcome.outcome).toBe('invalid');
    const paths = outcome.outcome === 'invalid' ? outcome.issues.map(({ path }) => path) : [];
    expect(paths).toEqual(expect.arrayContaining(['payload.wp_id', 'payload.new_status']));
    await getEmitter().close();
  });

  it.each([[undefined], [null], [42], ['text'], [[]]])(
    'does not throw for %j in place of a payload',
    async (payload) => {
      const outcome = await library.emitWpCreated(payload as never, { directory: git.root });
      expect(outcome.outcome).toBe('invalid');
      await getEmitter().close();
    },
  );

  it('captures outside every project too: the event waits without an identity', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));
    try {
      const event = captured(
        await library.emitErrorLogged(EMISSIONS.emitErrorLogged, { directory: outside }),
      );
      expect(event).toMatchObject({ aggregate_id: 'error', project_uuid: null, git_branch: null });
    } finally {
      rmSync(outside, { recursive: true });
      await getEmitter().close();
    }
  });

  it('answers refused, with the reason, where nothing can be stored', async () => {
    process.env['SPEC_KITTY_HOME'] = join(git.root, 'README');
    git.write('README', 'a file, no directory');
    expect(await library.emitWpStatusChanged(STATUS, { directory: git.root })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/./),
    });
    await getEmitter().close();
    process.env['SPEC_KITTY_HOME'] = git.stateRoot;
    expect((await library.emitWpStatusChanged(STATUS, { directory: git.root })).outcome).toBe('captured');
    await getEmitter().close();
  });
});

describe('a scope of events', () => {
  it('shares one correlation id, answers what the work answers, and is stopped at the end', async () => {
    const events = await withSyncContext(
      async (emitter) => [
        captured(await emitter.emitWpStatusChanged(STATUS)),
        captured(await emitter.emitHistoryAdded(EMISSIONS.emitHistoryAdded)),
      ],
      { directory: git.root, deliver: false },
    );
    expect(new Set(events.map(({ correlation_id }) => correlation_id)).size).toBe(1);
    expect(events[1]!.lamport_clock).toBe(events[0]!.lamport_clock + 1);
  });

  it('is stopped when the work fails, and what was captured stays', async () => {
    let project: string | null = null;
    const failing = withSyncContext(
      async (emitter) => {
        project = captured(await emitter.emitWpStatusChanged(STATUS)).project_uuid;
        throw new Error('the work failed');
      },
      { directory: git.root },
    );
    await expect(failing).rejects.toThrow('the work failed');
    const records: string[] = [];
    for await (const { eventId } of outboxesOf(git.stateRoot)
      .open(project ?? undefined)
      .records())
      records.push(eventId);
    expect(records).toHaveLength(1);
  });

  it('answers what the work came to, also where delivery cannot be brought to its end', async () => {
    const timer = { sleep: () => Promise.reject(new Error('no clock')) };
    const overrides = { timer };
    const scope = { directory: git.root, overrides };
    const done = async (emitter: library.Emitter): Promise<string> => {
      captured(await emitter.emitWpStatusChanged(STATUS));
      return 'done';
    };
    expect(await withSyncContext(done, scope)).toBe('done');
    const failing = withSyncContext(async (emitter) => {
      await done(emitter);
      throw new Error('the work failed');
    }, scope);
    await expect(failing).rejects.toThrow('the work failed');
  });

  it('touches nothing when nothing is emitted', async () => {
    expect(await withSyncContext(async () => 'done')).toBe('done');
    expect(() => readdirSync(git.stateRoot)).toThrow();
  });

  it('delivers what was captured before it ends', async () => {
    const network = new MemoryNetwork();
    const hub = network.addHub({ url: 'https://hub.example.org' });
    hub.signIns.addUser('ada', 'secret', 'acme');
    const credentials = new MemoryCredentialStore();
    const issuer = new MemoryTokenIssuer(network);
    const proof = { with: 'password' as const, username: 'ada', password: 'secret' };
    await new SignIn({
      credentials,
      tokenIssuer: issuer,
      wallClock: { nowMs: () => Date.now() },
      timer: new ControlledTime(),
    }).run({ serverUrl: hub.url, proof }, async () => true);
    const event = await withSyncContext(
      async (emitter) => captured(await emitter.emitWpStatusChanged(STATUS)),
      {
        directory: git.root,
        overrides: {
          credentials,
          tokenIssuer: issuer,
          batchTransport: new MemoryBatchTransport(network),
          liveTransport: new MemoryLiveTransport(network),
        },
      },
    );
    expect(event.team_slug).toBe('acme');
    expect(hub.storedIds('acme')).toEqual([event.event_id]);
  });

  it('takes a linked worktree for the project that it belongs to, on its own branch', async () => {
    const worktree = join(git.place, 'side');
    git.git('worktree', 'add', '--quiet', '-b', 'side', worktree);
    const [main, side] = await withSyncContext(
      async (emitter) => [
        captured(await emitter.emitWpStatusChanged(STATUS, { directory: git.root })),
        captured(await emitter.emitWpStatusChanged(STATUS, { directory: worktree })),
      ],
      { deliver: false },
    );
    expect(side).toMatchObject({ project_uuid: main!.project_uuid, git_branch: 'side' });
    expect(main!.git_branch).toBe('main');
  });
});

describe('the entry of the library', () => {
  it('loads no package, no container and no adapter before the first emission', async () => {
    const { files, packages } = await eagerModules('src/app/index.ts');
    expect(packages).toEqual([]);
    expect(files.filter((file) => /container|adapters/.test(file))).toEqual([]);
  });
});
