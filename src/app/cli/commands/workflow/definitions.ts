import { LANES, STATUS_LANES } from '../../../../domain/events/lane.js';
import { HOST_FILES, type AgentHost } from '../../../../domain/agents/instructions.js';
import { MARKS } from '../../../../domain/work/marks.js';
import { defineCommand, type CommandDefinition } from '../../define-command.js';
import { AGENT, moveTask, NO_COMMIT } from './move-task-definition.js';

/** Ours, and the finer ones of a status log. */
const ANY_LANES = [...new Set<string>([...LANES, ...STATUS_LANES])];

export const workflowCommands: readonly CommandDefinition[] = [
  defineCommand({
    path: 'init',
    summary: 'give this project its identity',
    details: 'Creates or completes .kittify/config.yaml and commits it. Safe to repeat.',
    options: {
      repair: {
        type: 'boolean',
        describe: 'set a config that cannot be understood aside and write a fresh one',
      },
      'no-commit': NO_COMMIT,
    },
    examples: [['spec-kitty init', 'once for each project, by anybody']],
    load: () => import('./init.js'),
  }),
  defineCommand({
    path: 'implement <wp>',
    summary: 'begin work on a work package in a work tree of its own',
    positionals: { wp: 'work package, such as WP01' },
    options: {
      base: { type: 'string', describe: 'work package or branch to start from', placeholder: 'WPmm' },
      agent: AGENT,
      'no-commit': NO_COMMIT,
    },
    examples: [['spec-kitty implement WP01 --agent claude', 'WP01 goes from planned to doing']],
    load: () => import('./implement.js'),
  }),
  defineCommand({
    path: 'merge [wp...]',
    summary: 'merge the branches of work packages, dependencies first',
    details:
      'Without a name, every work package in doing or for_review. All are merged or none is; those in doing go to for_review.',
    positionals: { wp: 'work packages to merge' },
    options: {
      target: { type: 'string', describe: 'branch to merge into', placeholder: 'BRANCH' },
      strategy: {
        type: 'string',
        describe: 'a merge commit or one plain commit for each',
        choices: ['merge', 'squash'],
      },
      'dry-run': { type: 'boolean', describe: 'only report, conflicts included' },
      agent: { type: 'string', describe: 'who merges', placeholder: 'NAME' },
      'no-commit': NO_COMMIT,
    },
    examples: [['spec-kitty merge --dry-run', 'what would be merged, and what conflicts']],
    load: () => import('./merge.js'),
  }),
  defineCommand({
    path: 'accept [wp...]',
    summary: 'accept reviewed work packages',
    details:
      'Without a name, every work package in for_review. Each is accepted when it meets every condition.',
    positionals: { wp: 'work packages to accept' },
    options: {
      check: { type: 'boolean', describe: 'only report what would be accepted' },
      agent: { type: 'string', describe: 'who accepts', placeholder: 'NAME' },
      'no-commit': NO_COMMIT,
    },
    examples: [['spec-kitty accept --check', 'what stands in the way']],
    load: () => import('./accept.js'),
  }),
  defineCommand({
    path: 'orchestrate',
    summary: 'let agents implement, review and merge a whole feature',
    details:
      'Agents come from --agents or from agents.available in .kittify/config.yaml, in the order of preference: the first implements, the next one reviews, and each takes over where another failed. They work unattended in work trees of their own. Interrupted or killed, a run goes on with --resume. See docs/orchestrate.md.',
    options: {
      agents: {
        type: 'string',
        describe: 'agents by name, the preferred one first',
        list: true,
        placeholder: 'A,B',
      },
      'max-parallel': {
        type: 'number',
        describe: 'agents that run at once; 3 unless given',
        placeholder: 'N',
      },
      'no-merge': { type: 'boolean', describe: 'leave what is approved unmerged, in for_review' },
      'dry-run': { type: 'boolean', describe: 'only say what would be done' },
      status: { type: 'boolean', describe: 'say where the orchestration of this project stands' },
      resume: { type: 'boolean', describe: 'go on with the run that was interrupted or needed you' },
      abort: { type: 'boolean', describe: 'stop the run and give it up; nothing is undone' },
      'trust-agents': {
        type: 'boolean',
        describe: 'agree to agents that .kittify/config.yaml redefines, for this checkout',
      },
      guard: { type: 'boolean', describe: 'be the process that ends agents left behind', hidden: true },
    },
    examples: [
      ['spec-kitty orchestrate --feature 028-sync --agents claude,codex', 'claude implements, codex reviews'],
      [
        'spec-kitty orchestrate --feature 028-sync --dry-run',
        'see first what would be done, and in which order',
      ],
      ['spec-kitty orchestrate --resume', 'after you settled what it had paused for'],
    ],
    load: () => import('./orchestrate.js'),
  }),
  defineCommand({
    path: 'open [wp]',
    summary: "show the feature at hand on the hub's dashboard, in a browser",
    details:
      'Prints the address. At a terminal with a screen it opens it, too. The page of a work package shows what happened to it; outside a feature it is the page of the project, and outside a project the first one. Whoever is not signed in there is asked to.',
    positionals: { wp: 'work package, such as WP01' },
    options: { print: { type: 'boolean', describe: 'only print the address' } },
    examples: [
      ['spec-kitty open', 'board, graph and flow of the feature'],
      ['spec-kitty open WP01 --print', 'an address for a colleague'],
    ],
    load: () => import('./open.js'),
  }),
  defineCommand({
    path: 'agent feature finalize-tasks',
    summary: 'fix the plan of a feature and announce its work packages',
    details:
      'Reads tasks.md and the work package files, writes the dependencies into the front matters. Safe to repeat.',
    options: {
      whole: {
        type: 'boolean',
        describe: 'commit with it all documents of the feature that git does not have as they are',
      },
      'no-commit': NO_COMMIT,
    },
    examples: [
      ['spec-kitty agent feature finalize-tasks --feature 028-sync', 'after planning'],
      ['spec-kitty agent feature finalize-tasks --feature 028-sync --whole', 'and commit what was planned'],
    ],
    load: () => import('./finalize-tasks.js'),
  }),
  {
    ...moveTask,
    examples: [
      [
        'spec-kitty agent tasks move-task WP01 --to for_review --note "all tests pass"',
        'hand over to review',
      ],
      ['spec-kitty agent tasks move-task WP01 --to doing --feedback review.md', 'request changes'],
    ],
  },
  defineCommand({
    path: 'agent tasks mark-status <id...>',
    summary: 'mark tasks and work packages as done, or as anything else',
    details:
      'A task such as T012 is its box in tasks.md, or else its row in the status log of the feature, done or pending; a work package such as WP01 is its lane. Of several, all are marked or none is.',
    positionals: { id: 'tasks and work packages, in any mixture' },
    options: {
      status: { type: 'string', describe: 'what they are now', choices: MARKS, required: true },
      agent: { type: 'string', describe: 'who says so', placeholder: 'NAME' },
      force: { type: 'boolean', describe: 'allow a transition that is not in the flow' },
      'no-commit': NO_COMMIT,
    },
    examples: [
      ['spec-kitty agent tasks mark-status T001 T002 --status done', 'tick the boxes of two tasks'],
      ['spec-kitty agent tasks mark-status WP01 --status for_review', 'hand over to review'],
    ],
    load: () => import('./mark-status.js'),
  }),
  defineCommand({
    path: 'agent tasks status',
    summary: 'show the board of a feature: who has what, in which lane',
    details:
      'Reads the files of the feature and changes nothing. Where a feature has a status log, lanes are those of the log. With --watch and --json every change is one document on one line (NDJSON).',
    options: {
      watch: { type: 'boolean', describe: 'show it again when something changes, until interrupted' },
    },
    examples: [
      ['spec-kitty agent tasks status', 'the lanes beside each other'],
      ['spec-kitty agent tasks status --watch', 'stays, and follows the work'],
    ],
    load: () => import('./board-status.js'),
  }),
  defineCommand({
    path: 'agent tasks list',
    summary: 'list the work packages of a feature',
    details: 'Reads the files of the feature and changes nothing.',
    options: {
      lane: { type: 'string', describe: 'only those in this lane', choices: ANY_LANES, list: true },
      agent: { type: 'string', describe: 'only those of this agent', placeholder: 'NAME' },
    },
    examples: [
      ['spec-kitty agent tasks list --lane doing,for_review', 'what is in work'],
      ['spec-kitty agent tasks list --agent claude --json', 'what claude has, for a program'],
    ],
    load: () => import('./board-list.js'),
  }),
  defineCommand({
    path: 'agent tasks ready',
    summary: 'say what may begin now, what waits for what, and what a person has to decide',
    details:
      'What may begin has all of its dependencies done, or merged and waiting for their review. First comes what most others wait for one after the other. Changes nothing.',
    examples: [['spec-kitty agent tasks ready --json', 'what to do next, for a program']],
    load: () => import('./ready.js'),
  }),
  defineCommand({
    path: 'agent tasks next',
    summary: 'begin the first work package that may begin, in a work tree of its own',
    details:
      'As implement does for a named one. It is chosen under the lock under which it is begun, so that no two agents get the same.',
    options: { agent: { ...AGENT, required: true }, 'no-commit': NO_COMMIT },
    examples: [['spec-kitty agent tasks next --agent claude', 'take what is to be done next']],
    load: () => import('./next.js'),
  }),
  defineCommand({
    path: 'agent instructions',
    summary: 'print the page that teaches an agent this workflow, or write it where its host reads it',
    details:
      'Written between two marks, so that the rest of the file stays as it is and a later --install brings the page up to date. What would change is shown first, and asked about. See docs/agents.md.',
    options: {
      for: {
        type: 'string',
        describe: 'agent host; without it, AGENTS.md is written',
        choices: Object.keys(HOST_FILES) as readonly AgentHost[],
      },
      install: { type: 'boolean', describe: 'write it into the file that the host reads' },
      remove: { type: 'boolean', describe: 'take it out of that file again' },
      yes: { type: 'boolean', describe: 'write without asking' },
    },
    examples: [
      ['spec-kitty agent instructions', 'read it'],
      ['spec-kitty agent instructions --for claude --install', 'write it into CLAUDE.md'],
    ],
    load: () => import('./instructions.js'),
  }),
  defineCommand({
    path: 'mcp',
    summary: 'serve this workflow to an agent host over the Model Context Protocol, on stdin and stdout',
    details:
      'For the configuration of a host; see docs/agents.md. The project is that of --project, else that of the current directory, else the first folder of the host that is one. Ends with its input.',
    examples: [['spec-kitty mcp --project .', 'what a host starts']],
    load: () => import('./mcp.js'),
  }),
  defineCommand({
    path: 'agent tasks show [wp]',
    summary: 'show all that is needed to begin a work package',
    details:
      'The task with its dependencies and their lanes, the work tree, review feedback and history. Without a name, the one in whose work tree you are. Changes nothing.',
    positionals: { wp: 'work package, such as WP01' },
    examples: [['spec-kitty agent tasks show WP01', 'what is to be done, and where']],
    load: () => import('./show.js'),
  }),
  defineCommand({
    path: 'agent tasks add-history <wp>',
    summary: "add an entry to a work package's Activity Log",
    details:
      'The Activity Log is part of the file and is committed as typed: leave secrets out. Only from what is sent to a hub, whatever looks like a secret is taken out.',
    positionals: { wp: 'work package, such as WP01' },
    options: {
      note: { type: 'string', describe: 'what happened', required: true, placeholder: 'TEXT' },
      type: {
        type: 'string',
        describe: 'kind of the entry',
        choices: ['note', 'review', 'error', 'comment'],
      },
      author: { type: 'string', describe: 'who says so', placeholder: 'NAME' },
      'no-commit': NO_COMMIT,
    },
    examples: [['spec-kitty agent tasks add-history WP01 --note "waiting for access"', 'tell the team']],
    load: () => import('./add-history.js'),
  }),
];
