import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFeature } from '../planning-documents.js';
import { makeProject, signIn, succeed } from '../project.js';
import type { Sandbox } from '../sandbox.js';

/** What each work package depends on. */
export type Graph = Readonly<Record<string, readonly string[]>>;

/** What the scripted agents do; test/support/agents/scripted.cjs tells the words. */
export type Script = Readonly<Record<string, string>>;

export const AGENTS = ['alpha', 'beta', 'gamma'] as const;

/** The agents' program, and a second one that starts at almost no cost and knows less. */
const PROGRAMS = {
  whole: [process.execPath, join(import.meta.dirname, 'scripted.cjs')],
  light: ['sh', join(import.meta.dirname, 'scripted.sh')],
} as const;

const scriptOf = (sandbox: Sandbox): string => join(sandbox.directory, 'script.json');

/** What the scripted agents do from now on. */
export const direct = async (sandbox: Sandbox, script: Script): Promise<void> => {
  await writeFile(scriptOf(sandbox), JSON.stringify(script));
  const lines = Object.entries(script).map(([key, what]) => `${key}=${what}\n`);
  await writeFile(`${scriptOf(sandbox)}.txt`, lines.join(''));
};

/** What they did so far, in the order of their starts: `WP01 implementation 1 alpha leave`. */
export const performed = async (sandbox: Sandbox): Promise<readonly string[]> =>
  (await readFile(`${scriptOf(sandbox)}.log`, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line !== '');

/** A signed-in project with a finalized feature and three scripted agents; returns the project's uuid. */
export const makeOrchestrated = async (
  sandbox: Sandbox,
  hubUrl: string,
  graph: Graph,
  {
    script = {},
    timeoutMinutes = 5,
    program = 'whole',
  }: {
    readonly script?: Script;
    readonly timeoutMinutes?: number;
    readonly program?: keyof typeof PROGRAMS;
  } = {},
): Promise<string> => {
  await direct(sandbox, script);
  const workPackages = Object.entries(graph).map(([id, dependencies]) => [
    id,
    { dependencies: `[${dependencies.join(', ')}]` },
  ]);
  const commands = AGENTS.map((name) => {
    const argv = [...PROGRAMS[program], name, scriptOf(sandbox), '{prompt_file}', '{worktree}', '{wp_id}'];
    return `    ${name}: ${JSON.stringify(argv)}`;
  });
  const project = await makeProject(sandbox, {
    ...smallFeature(Object.fromEntries(workPackages)),
    '.kittify/config.yaml': [
      'agents:',
      `  available: [${AGENTS.join(', ')}]`,
      '  commands:',
      ...commands,
      `  timeout_minutes: ${timeoutMinutes}`,
      '',
    ].join('\n'),
  });
  await signIn(sandbox, hubUrl);
  await succeed(sandbox, ['agent', 'feature', 'finalize-tasks']);
  return project;
};

export const edgesOf = (graph: Graph): readonly string[] =>
  Object.entries(graph)
    .flatMap(([id, dependencies]) => dependencies.map((dependency) => `${dependency} → ${id}`))
    .sort();

/** What the events of a project say, sorted out by what they are about. */
export interface Chronicle {
  readonly created: readonly string[];
  /** The lanes of each work package, one after the other: `planned doing for_review done`. */
  readonly lanes: Readonly<Record<string, string>>;
  /** The assignments of each work package: `implementation alpha 0`. */
  readonly assigned: Readonly<Record<string, readonly string[]>>;
  readonly resolved: readonly string[];
  readonly completed: number;
  /** What was noted of runs of agents: `WP01 implementation alpha`. */
  readonly took: readonly string[];
  /** Correlation ids of everything since the feature was announced. */
  readonly runs: readonly string[];
}

/** Fails when a transition does not begin where the one before it ended. */
export const chronicleOf = (events: readonly Readonly<Record<string, any>>[]): Chronicle => {
  const lanes: Record<string, string> = {};
  const assigned: Record<string, string[]> = {};
  const created: string[] = [];
  const resolved: string[] = [];
  const took: string[] = [];
  const runs = new Set<string>();
  let completed = 0;
  for (const { event_type: type, aggregate_id: about, payload, correlation_id: run } of events) {
    if (!type.endsWith('Created')) runs.add(run as string);
    switch (type) {
      case 'WPCreated':
        created.push(about);
        lanes[about] = payload.status;
        break;
      case 'WPStatusChanged':
        expect(`${about} ${String(lanes[about]?.split(' ').at(-1))}`).toBe(
          `${about} ${payload.previous_status}`,
        );
        lanes[about] += ` ${payload.new_status}`;
        break;
      case 'WPAssigned':
        (assigned[about] ??= []).push(`${payload.phase} ${payload.agent_id} ${payload.retry_count}`);
        break;
      case 'DependencyResolved':
        resolved.push(`${payload.dependency_wp_id} → ${payload.wp_id}`);
        break;
      case 'FeatureCompleted':
        completed++;
        break;
      case 'HistoryAdded':
        expect(payload.entry_type).toBe('usage');
        took.push(`${about} ${payload.phase} ${payload.author}`);
        break;
      default:
        expect(type).toBe('FeatureCreated');
    }
  }
  return { created, lanes, assigned, resolved: resolved.sort(), completed, took, runs: [...runs] };
};
