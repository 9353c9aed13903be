import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../support/planning-documents.js';
import { eventsOf, type CommandWorld } from './command-world.js';
import { temporariesIn } from './store-world.js';

const NOTE_AFTER = 'the command after';

/**
 * Lets the next command run in a project in which one ended at any moment, and tells everything that is not as it has
 * to be: exactly one event for each change that is in the files, none for a change that is not, everything committed.
 * `isDone`: the command said that its work is done.
 */
export const examineProject = async (
  world: CommandWorld,
  { isDone = false }: { readonly isDone?: boolean } = {},
): Promise<readonly string[]> => {
  const faults: string[] = [];
  const demand = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const next =
    world.driver.name === 'init' ? ['init'] : ['agent', 'tasks', 'add-history', 'WP02', '--note', NOTE_AFTER];
  // A worktree that was cut short is completed by the command that wanted it.
  if (world.driver.name === 'implement') {
    const { code, stdout, stderr } = await world.run(world.driver.args);
    if (code !== 0) return [`repeated, it ended with ${code}: ${stdout}${stderr}`];
  }
  const { code, stdout, stderr } = await world.run(next);
  if (code !== 0) return [`the next command ended with ${code}: ${stdout}${stderr}`];

  const records = eventsOf(join(world.top, 'state'));
  const events = records.map((record) => record['event'] as Readonly<Record<string, any>>);
  const ids = events.map((event) => event['event_id'] as string);
  demand(new Set(ids).size === ids.length, 'an event is there twice');
  demand(
    records.every((record, index) => record['record'] === index + 1),
    'the numbers have gaps',
  );
  demand(
    events.every(
      (event, index) => index === 0 || event['lamport_clock'] > events[index - 1]!['lamport_clock'],
    ),
    'Lamport timestamps do not rise',
  );
  const changes = changesOf(world, events);
  for (const { what, inFiles, captured } of changes)
    demand(inFiles === captured, `${what}: ${inFiles} in the files, ${captured} captured`);
  demand(
    !isDone || changes.some(({ what, inFiles }) => inFiles > 0 && what !== 'notes on WP02'),
    'work that was acknowledged is gone',
  );

  if (world.driver.name === 'merge') await demandMerge(world, demand);
  if (world.isUnderGit) {
    const dirty = world.git('status', '--porcelain', '--untracked-files=all');
    demand(dirty === '', `not committed: ${dirty}`);
    demand(!existsSync(join(world.project, '.git', 'index.lock')), 'the index is locked');
  }
  for (const intent of intentsOf(world))
    demand(readFileSync(intent, 'utf8').length <= 1, 'an intent is left over');
  const left = temporariesIn(world.project).filter((name) => !name.startsWith('.git'));
  demand(left.length === 0, `left behind: ${left.join(', ')}`);
  demandRepeatable(world, demand);
  return faults;
};

/** The target is at one of the two ends, its files with it; repeated, the command does what is left. */
const demandMerge = async (
  world: CommandWorld,
  demand: (holds: boolean, fault: string) => void,
): Promise<void> => {
  const isMerged = (): boolean => existsSync(join(world.project, 'moved.md'));
  const isInReview = (): boolean => laneOf(join(world.project, FOLDER, 'tasks'), 'WP01') === 'for_review';
  demand(isMerged() || !isInReview(), 'handed over without being merged');
  demand(
    (world.git('ls-tree', 'main', '--', 'moved.md') !== '') === isMerged(),
    'the branch is not where the files are',
  );
  demand(!existsSync(join(world.project, '.git', 'spec-kitty', 'merge.json')), 'a move is left over');
  const { code, stdout, stderr } = await world.run(world.driver.args);
  demand(code === 0, `repeated, it ended with ${code}: ${stdout}${stderr}`);
  demand(isMerged() && isInReview(), 'repeated, it did not do what was left');
  const merges = world.git('rev-list', '--merges', '--count', 'main').trim();
  demand(merges === '1', `merged ${merges} times`);
  const moves = eventsOf(join(world.top, 'state')).filter(
    (record) => record['event'].event_type === 'WPStatusChanged',
  );
  demand(moves.length === 1, `${moves.length} events of one transition`);
};

const intentsOf = (world: CommandWorld): readonly string[] => {
  const intents = join(world.top, 'state', 'intents');
  return [
    join(world.project, '.git', 'spec-kitty', 'intent.json'),
    ...(existsSync(intents) ? readdirSync(intents).map((name) => join(intents, name)) : []),
  ].filter((path) => existsSync(path));
};

interface Change {
  readonly what: string;
  readonly inFiles: number;
  readonly captured: number;
}

/** What can be seen of every kind of change, in the files and in the journal. */
const changesOf = (
  world: CommandWorld,
  events: readonly Readonly<Record<string, any>>[],
): readonly Change[] => {
  const of = (type: string): readonly Readonly<Record<string, any>>[] =>
    events.filter((event) => event['event_type'] === type);
  const tasks = join(world.project, FOLDER, 'tasks');
  const seeds = world.driver.workPackages;
  const workPackages = readdirSync(tasks).filter((name) => name.endsWith('.md'));
  const changes = workPackages.flatMap((name): readonly Change[] => {
    const id = name.slice(0, 4);
    const text = readFileSync(join(tasks, name), 'utf8');
    const lane = /^lane: "?(\w+)/m.exec(text)?.[1] ?? '';
    const was = seeds[id]?.lane ?? 'planned';
    const about = (event: Readonly<Record<string, any>>): boolean => event['aggregate_id'] === id;
    const moves = of('WPStatusChanged').filter(about);
    const notes = [...text.matchAll(/– (the [^\n]+|T\d+ is [^\n]+)$/gm)].map((match) => match[1]);
    return [
      { what: `${id} moved`, inFiles: lane === was ? 0 : 1, captured: moves.length },
      {
        what: `notes on ${id}`,
        inFiles: notes.length,
        captured: of('HistoryAdded').filter(about).length,
      },
      {
        what: `${id} resolved`,
        inFiles: id === 'WP02' && world.driver.name === 'accept' && laneOf(tasks, 'WP01') === 'done' ? 1 : 0,
        captured: of('DependencyResolved').filter(about).length,
      },
    ];
  });
  const { announced } = JSON.parse(readFileSync(join(world.project, FOLDER, 'meta.json'), 'utf8')) as {
    announced?: Readonly<Record<string, unknown>>;
  };
  const told = new Set(JSON.stringify(announced ?? {}).match(/[0-9A-HJKMNP-TV-Z]{26}/g) ?? []);
  const created = [...of('FeatureCreated'), ...of('WPCreated')];
  return [
    ...changes,
    {
      what: 'announcements',
      inFiles: told.size,
      captured: created.filter((event) => told.has(event['event_id'] as string)).length,
    },
    {
      what: 'opened boxes',
      inFiles: readFileSync(join(world.project, FOLDER, 'tasks.md'), 'utf8').split('- [ ]').length - 1,
      captured: of('HistoryAdded').filter(({ payload }) => /^T\d+ /.test(payload.entry_content)).length,
    },
    { what: 'announcements in all', inFiles: told.size, captured: created.length },
  ];
};

const laneOf = (tasks: string, id: string): string => {
  const name = readdirSync(tasks).find((candidate) => candidate.startsWith(id)) ?? '';
  return /^lane: "?(\w+)/m.exec(readFileSync(join(tasks, name), 'utf8'))?.[1] ?? '';
};

/** The identity is there once, whole, and the same for everybody. */
const demandRepeatable = (world: CommandWorld, demand: (holds: boolean, fault: string) => void): void => {
  const config = readFileSync(join(world.project, '.kittify', 'config.yaml'), 'utf8');
  demand([...config.matchAll(/^ {2}uuid:/gm)].length === 1, `the identity is not there once: ${config}`);
};
