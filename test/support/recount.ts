import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, type Document } from './project.js';
import type { Sandbox } from './sandbox.js';

/** A captured event, as its line in the journal has it. */
export type JournalEvent = Readonly<Record<string, any>>;

/**
 * The events of a project in the order of capture, read from the files as a person would: every line of every segment
 * that is not a header. Deliberately not by the code under test. Without a project: of the only outbox there is.
 */
export const journalOf = async (sandbox: Sandbox, project?: string): Promise<readonly JournalEvent[]> => {
  const outboxes = join(sandbox.stateRoot, 'outbox');
  const names = project === undefined ? await readdir(outboxes).catch(() => []) : [project];
  if (names.length === 0) return [];
  expect(names).toHaveLength(1);
  const outbox = join(outboxes, names[0]!);
  const sealed = (await readdir(join(outbox, 'segments')).catch(() => [])).sort();
  const paths = [...sealed.map((name) => join(outbox, 'segments', name)), join(outbox, 'current.jsonl')];
  const events: JournalEvent[] = [];
  for (const path of paths) {
    const [header = '', ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
    if (header !== '') expect(JSON.parse(header)).toHaveProperty('journal');
    for (const line of lines) {
      if (line !== '') events.push((JSON.parse(line) as { event: JournalEvent }).event);
    }
  }
  return events;
};

export const idsOf = (events: readonly JournalEvent[]): readonly string[] =>
  events.map(({ event_id: id }) => id as string);

/** Type and aggregate of each event, which is short enough to compare as a list. */
export const typesOf = (events: readonly JournalEvent[]): readonly string[] =>
  events.map(({ event_type: type, aggregate_id: about }) => `${type} ${about}`);

/** What a test knows about where the events have to be. Reasons that it does not name have to be empty. */
export interface Whereabouts {
  /** Ids that the hub in use has. */
  readonly atHub: readonly string[];
  readonly held?: Readonly<Record<string, number>>;
  readonly deadLetters?: Readonly<Record<string, number>>;
  readonly pending?: number;
}

/**
 * Compares `sync status --json` with a recount: as many captured as the journal has lines, as many receipts as the
 * hub has of them, the rest where the test says, and both sides of the identity equal.
 */
export const expectAccounted = async (
  sandbox: Sandbox,
  { atHub, held = {}, deadLetters = {}, pending = 0 }: Whereabouts,
  project?: string,
): Promise<Document> => {
  const journal = idsOf(await journalOf(sandbox, project));
  expect(new Set(journal).size).toBe(journal.length);
  const received = journal.filter((id) => atHub.includes(id)).length;
  const { code, document } = await ask(sandbox, ['sync', 'status']);
  const told = (document['projects'] as readonly Document[]).find(
    ({ project_uuid: uuid }) => project === undefined || uuid === project,
  );
  if (told === undefined) {
    expect({ code, journal }).toEqual({ code: 0, journal: [] });
    return {};
  }
  const { delivered, duplicate, ...rest } = told['accounting'] as Record<string, any>;
  expect({ code, balanced: told['balanced'], receipts: delivered + duplicate, ...rest }).toEqual({
    code: 0,
    balanced: true,
    receipts: received,
    captured: journal.length,
    pending,
    held,
    dead_letters: deadLetters,
    discarded: 0,
  });
  return told;
};

/** Runs `sync now` and compares what it tells with the events that the hub has received meanwhile. */
export const syncNow = async (
  sandbox: Sandbox,
  atHub: () => readonly string[] | Promise<readonly string[]>,
): Promise<{
  readonly code: number | undefined;
  readonly document: Document;
  readonly arrived: readonly string[];
}> => {
  const before = new Set(await atHub());
  const { code, document } = await ask(sandbox, ['sync', 'now']);
  const arrived = (await atHub()).filter((id) => !before.has(id));
  return { code, document, arrived };
};
