import { ControlledTime, RecordingLog } from '../../src/adapters/memory/memory-host.js';
import { createClientContainer, type Overrides } from '../../src/app/compose/container.js';
import type { Parts } from '../../src/app/compose/parts.js';
import { PartsContainer } from '../../src/app/compose/parts-container.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eagerModules } from '../support/eager-modules.js';
import { scratchDirectory } from '../support/scratch-directory.js';

const scratch = scratchDirectory();

const client = (overrides: Overrides = {}, env: Readonly<Record<string, string>> = {}) =>
  createClientContainer(
    {
      env: { SPEC_KITTY_HOME: join(scratch.path, 'state'), PATH: process.env['PATH'], ...env },
      version: '1.2.3',
      stderr: { write: () => true },
      backgroundSync: 'this-process',
      program: { command: process.execPath, args: ['--version'] },
      processId: process.pid,
    },
    overrides,
  );

const PARTS: Readonly<Record<keyof Parts, true>> = {
  wallClock: true,
  timer: true,
  randomness: true,
  eventIds: true,
  hash: true,
  machine: true,
  browser: true,
  log: true,
  configs: true,
  settings: true,
  checkouts: true,
  lamport: true,
  outboxes: true,
  stateFiles: true,
  repository: true,
  merges: true,
  intents: true,
  files: true,
  credentials: true,
  machineAccounts: true,
  knownHubs: true,
  tokenIssuer: true,
  batchTransport: true,
  liveTransport: true,
  eventReader: true,
  receiptReader: true,
  hubReceipts: true,
  machineReports: true,
  backgroundPost: true,
  doorbell: true,
  backgroundStarter: true,
  agentCatalog: true,
  agentTrust: true,
  agentRunner: true,
  agentWork: true,
  orchestrationStore: true,
  showIdentity: true,
  listSettings: true,
  setSetting: true,
  ensureIdentity: true,
  emitEvent: true,
  importEvents: true,
  importQueue: true,
  signIn: true,
  signOut: true,
  getAccountStatus: true,
  backlogConsent: true,
  liftRefusals: true,
  setSharing: true,
  sharing: true,
  flush: true,
  backgroundProcess: true,
  followEvents: true,
  moveEvents: true,
  getSyncStatus: true,
  previewDelivery: true,
  listLeftEvents: true,
  verifyDelivery: true,
  listDeadLetters: true,
  decideDeadLetters: true,
  examineMachine: true,
  checkConnection: true,
  diagnoseOutbox: true,
  listEvents: true,
  exportEvents: true,
  initProject: true,
  makeFeature: true,
  finalizeTasks: true,
  implementWorkPackage: true,
  moveWorkPackage: true,
  addHistory: true,
  markStatus: true,
  showWorkPackage: true,
  readBoard: true,
  readWorkAhead: true,
  reviewWorkPackage: true,
  mergeWorkPackages: true,
  acceptWorkPackages: true,
  checkFeature: true,
  cleanFeature: true,
  orchestrateFeature: true,
  planOrchestration: true,
  orchestrationStatus: true,
  abortOrchestration: true,
  installInstructions: true,
  environment: true,
  version: true,
  processId: true,
  account: true,
  limits: true,
  foreignQueue: true,
  pacing: true,
  backgroundLog: true,
  stateRoot: true,
  signInEnvironment: true,
  hubIdentities: true,
  emitter: true,
  resolveLeftOver: true,
  perform: true,
  accessTokens: true,
  leftOvers: true,
  liveLink: true,
  liveLinkTo: true,
  deliveryRoute: true,
  summons: true,
  runtime: true,
  guardAgents: true,
  deliverBeside: true,
  logBreakage: true,
  scopeEvents: true,
};

describe('the client container', () => {
  it.each(Object.keys(PARTS) as (keyof Parts)[])('resolves %s, and the same one again', async (name) => {
    const container = client();
    const first = await container.get(name);
    expect(first).toBeDefined();
    expect(await container.get(name)).toBe(first);
    await container.close();
  });

  it('two containers share nothing', async () => {
    const [a, b] = [client(), client()];
    expect(await a.get('outboxes')).not.toBe(await b.get('outboxes'));
    await Promise.all([a.close(), b.close()]);
  });

  it('an override takes the place of what would be made, for everybody who needs it', async () => {
    const time = new ControlledTime(42);
    const container = client({ wallClock: time, log: new RecordingLog() });
    expect(await container.get('wallClock')).toBe(time);
    expect((await container.get('eventIds')).next()).toMatch(/^000000001A/);
    await container.close();
  });

  it('makes nothing in the file system before something is asked for', async () => {
    const container = client();
    await container.get('wallClock');
    await container.close();
    expect(existsSync(join(scratch.path, 'state'))).toBe(false);
  });

  it('starts no delivery for a process whose user turned it off', async () => {
    const container = client(
      { backgroundProcess: { runBeside: () => Promise.reject(new Error('started')) } as never },
      { SPEC_KITTY_SYNC: 'off' },
    );
    const runtime = await container.get('runtime');
    runtime.emitted({ autoStart: true, isDeliverable: true });
    await container.close();
    expect(existsSync(join(scratch.path, 'state'))).toBe(false);
  });

  it('delivers in this process until it is closed, where the host says so', async () => {
    const signals: AbortSignal[] = [];
    const runBeside = async (signal: AbortSignal): Promise<void> => void signals.push(signal);
    const container = client({ backgroundProcess: { runBeside } as never });
    (await container.get('runtime')).emitted({ autoStart: true, isDeliverable: true });
    await container.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('takes a sign-in for machines from the environment', async () => {
    const container = client(
      {},
      {
        SPEC_KITTY_TOKEN: 'abc',
        SPEC_KITTY_SERVER_URL: 'https://hub.example.org',
      },
    );
    expect(await container.get('signInEnvironment')).toEqual({
      token: 'abc',
      serverUrl: 'https://hub.example.org',
    });
    await container.close();
  });
});

describe('what the emitter needs', () => {
  it('loads neither transports nor the ledger library', async () => {
    const { packages, files } = await eagerModules('src/app/compose/container.ts');
    expect(packages.filter((name) => /^(got|ws|lowdb|kysely|yargs|@photostructure)/.test(name))).toEqual([]);
    expect(files.filter((file) => file.includes('adapters/transport'))).toEqual([]);
    expect(files.filter((file) => file.includes('adapters/event-store'))).toEqual([]);
  });
});

describe('closing', () => {
  it('goes from the youngest to the oldest, past failures, and tells the first of them', async () => {
    const closed: string[] = [];
    type Names = 'first' | 'plain' | 'none' | 'second' | 'third';
    const container: PartsContainer<Record<Names, unknown>, Exclude<Names, 'third'>> = new PartsContainer(
      {},
      async () =>
        container.later({
          third: async ({ second }) => second && closable('third', new Error('third failed')),
        }),
    );
    const closable = (name: string, failure?: Error) => ({
      close: async () => {
        closed.push(name);
        if (failure !== undefined) throw failure;
      },
    });
    container.present({
      first: () => closable('first'),
      plain: () => ({ nothing: 'to close' }),
      none: () => undefined,
      second: () => closable('second', new Error('second failed')),
    });
    for (const name of ['first', 'plain', 'none', 'third'] as const) await container.get(name);
    await expect(container.close()).rejects.toThrow('third failed');
    expect(closed).toEqual(['third', 'second', 'first']);
    await container.close();
    expect(closed).toHaveLength(3);
  });
});
