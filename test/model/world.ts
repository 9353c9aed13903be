import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { outboxPaths, segmentName, type OutboxPaths } from '../../src/adapters/outbox/outbox-paths.js';
import type { Account } from '../../src/domain/outbox/account.js';
import type { Outbox } from '../../src/ports/outbox.js';
import { lamportFileOf, outboxesOf } from '../support/outboxes.js';
import { PROJECT } from '../support/facts.js';
import type { FaultyDisk } from './faulty-disk.js';
import type { ModelIntent } from './intents.js';
import type { OutboxModel } from './outbox-model.js';
import type { Situation } from './model-types.js';

/** The accounts that sign in. The second is the first before its hub has said its id. */
export const ACCOUNTS: readonly (Account | undefined)[] = [
  { hub: { url: 'https://a.example', id: 'hub-a' }, team: 'acme' },
  { hub: { url: 'https://a.example' }, team: 'acme' },
  { hub: { url: 'https://a.example', id: 'hub-a' }, team: 'birch' },
  { hub: { url: 'https://b.example', id: 'hub-b' }, team: 'acme' },
  undefined,
];

/** The machine under test: real files, one process at a time, and the hubs that it talks to. */
export class World {
  readonly root = mkdtempSync(join(tmpdir(), 'model-'));
  readonly paths: OutboxPaths = outboxPaths(this.root, PROJECT);
  readonly time = new ControlledTime();
  readonly disk: FaultyDisk;
  readonly segmentRecords: number;
  outbox: Outbox;
  account: Account | undefined = ACCOUNTS[0];
  sharing: Situation['sharing'] = 'on';
  intent: ModelIntent | undefined;
  /** Ids of the events that were made so far. */
  facts = 0;
  /** Highest Lamport timestamp that any captured event had. */
  clock = 0;
  /** Whether the clock's file has never been lost since it last gave a timestamp. */
  hasClock = true;
  /** What each hub has, by team and id, without the team. */
  readonly hubs = new Map<string, string>();

  constructor(disk: FaultyDisk, segmentRecords: number) {
    this.disk = disk;
    this.segmentRecords = segmentRecords;
    this.outbox = this.#open();
  }

  /** As a process that starts now. */
  reopen(): void {
    this.outbox = this.#open();
  }

  situation(isInsisted = false): Situation {
    return { account: this.account, sharing: this.sharing, nowMs: this.time.nowMs(), isInsisted };
  }

  /** The file that holds a record, as the model has its segments. */
  segmentPath(model: OutboxModel, index: number): string {
    const first = model.segments[index]?.[0]?.record ?? 0;
    return index === model.segments.length - 1
      ? this.paths.current
      : join(this.paths.segments, segmentName(first));
  }

  /** Turns one bit of a file; `at` is a byte. */
  flip(path: string, at: number, bit: number): void {
    const bytes = readFileSync(path);
    bytes[at]! ^= 1 << bit;
    writeFileSync(path, bytes);
  }

  append(path: string, text: string): void {
    appendFileSync(path, text);
  }

  has(path: string): boolean {
    return existsSync(path);
  }

  /** From then on only the journal knows the time, and of a damaged record nobody knows it. */
  isClockLost(): boolean {
    try {
      const { value } = JSON.parse(readFileSync(join(this.root, 'clock.json'), 'utf8')) as { value: unknown };
      this.hasClock &&= Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 2 ** 48;
    } catch {
      this.hasClock = false;
    }
    return !this.hasClock;
  }

  /** Nothing that a process in order leaves lies about. */
  temporaries(): readonly string[] {
    return existsSync(this.paths.directory)
      ? readdirSync(this.paths.directory).filter((name) => name.endsWith('.tmp'))
      : [];
  }

  dispose(): void {
    this.disk.arm(undefined);
    rmSync(this.root, { recursive: true, force: true });
  }

  #open(): Outbox {
    return outboxesOf(this.root, {
      segmentRecords: this.segmentRecords,
      captureWaitMs: 0,
      clock: lamportFileOf(this.root, { nowMs: () => this.time.nowMs() }),
      nowMs: () => this.time.nowMs(),
    }).open(PROJECT);
  }
}
