import { FEATURE, FOLDER, smallFeature, type WorkPackageSeed } from '../../support/planning-documents.js';

/** A whole command of the program, and what its project looks like before it. */
export interface CommandDriver {
  readonly name: string;
  readonly args: readonly string[];
  readonly workPackages: Readonly<Record<string, WorkPackageSeed>>;
  /** Commands of the program or of git that bring the project there. */
  readonly before: readonly (readonly string[])[];
}

const INIT = ['init'];
const PLANNED: CommandDriver['workPackages'] = { WP01: {}, WP02: {} };

export const COMMAND_DRIVERS: readonly CommandDriver[] = [
  { name: 'init', args: ['init'], workPackages: PLANNED, before: [] },
  {
    name: 'add-history',
    args: ['agent', 'tasks', 'add-history', 'WP01', '--note', 'the note under test'],
    workPackages: PLANNED,
    before: [INIT],
  },
  {
    name: 'move-task',
    args: ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review'],
    workPackages: { WP01: { lane: 'doing' }, WP02: {} },
    before: [INIT],
  },
  {
    name: 'mark-status',
    args: ['agent', 'tasks', 'mark-status', 'T001', 'WP01', '--status', 'pending'],
    workPackages: { WP01: { lane: 'doing' }, WP02: {} },
    before: [INIT],
  },
  {
    name: 'finalize-tasks',
    args: ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE],
    workPackages: { WP01: {}, WP02: { dependencies: '["WP01"]' }, WP03: {} },
    before: [INIT],
  },
  {
    name: 'implement',
    args: ['implement', 'WP01', '--feature', FEATURE, '--agent', 'claude'],
    workPackages: PLANNED,
    before: [INIT],
  },
  {
    name: 'merge',
    args: ['merge', 'WP01', '--feature', FEATURE],
    workPackages: { WP01: { lane: 'doing' }, WP02: {} },
    before: [
      INIT,
      ['git', 'checkout', '--quiet', '-b', `${FEATURE}-WP01`],
      ['git', 'mv', `${FOLDER}/plan.md`, 'moved.md'],
      ['git', 'commit', '--quiet', '-m', 'work'],
      ['git', 'checkout', '--quiet', 'main'],
    ],
  },
  {
    name: 'accept',
    args: ['accept', 'WP01', '--feature', FEATURE],
    workPackages: { WP01: { lane: 'for_review' }, WP02: { dependencies: '["WP01"]' } },
    before: [INIT, ['git', 'branch', `${FEATURE}-WP01`]],
  },
];

export const commandNamed = (name: string): CommandDriver => {
  const driver = COMMAND_DRIVERS.find((candidate) => candidate.name === name);
  if (driver === undefined) throw new Error(`no command ${name}`);
  return driver;
};

/** The documents of a driver's project. */
export const documentsOf = ({ workPackages }: CommandDriver): Readonly<Record<string, string>> =>
  smallFeature(workPackages);
