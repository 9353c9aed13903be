import { resolve } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { isFields } from '../../domain/document.js';
import { err, ok, type Issue, type Result } from '../../domain/result.js';
import type { AgentCatalog, AgentCatalogReading, AgentCommand } from '../../ports/agents.js';
import type { ConfigStore } from '../../ports/events.js';
import { findProgram, isExecutable } from '../fs/find-program.js';

/** The agents that are known by themselves, and those of the project's `.kittify/config.yaml`. */
export class ConfigAgentCatalog implements AgentCatalog {
  readonly #configs: Pick<ConfigStore, 'read'>;
  readonly #environment: Environment;

  /** @param environment what the programs of agents inherit */
  constructor(configs: Pick<ConfigStore, 'read'>, environment: Environment) {
    this.#configs = configs;
    this.#environment = environment;
  }

  async isInstalled(projectRoot: string, { argv }: AgentCommand): Promise<boolean> {
    const [program = ''] = argv;
    // What is filled in later, such as `{worktree}`, is taken for there.
    if (program.includes('{')) return true;
    // A path is relative to the work tree, where the project has it at the same place.
    const name = /[\\/]/.test(program) ? resolve(projectRoot, program) : program;
    const found = findProgram(name, this.#environment);
    return found !== undefined && isExecutable(found);
  }

  async read(projectRoot: string): Promise<AgentCatalogReading> {
    const reading = await this.#configs.read(projectRoot);
    if (reading.state === 'unreadable') return { ...readAgentsSection(undefined), issues: reading.issues };
    const document = reading.state === 'present' ? reading.document : undefined;
    return readAgentsSection(isFields(document) ? document['agents'] : undefined);
  }
}

/**
 * How the common agent programs are called where nobody can answer them: one task, no questions, a report for machines
 * where they have one that is understood, else plain text, and the prompt as standard input, because arguments are
 * limited in length and shown to every user of the machine. All of them are allowed to edit files and to run commands in
 * their work tree. `docs/orchestrate.md` names the sources.
 */
export const BUILT_IN_AGENTS: ReadonlyMap<string, AgentCommand> = new Map(
  Object.entries({
    claude: byInput('claude', '--print', '--output-format', 'json', '--permission-mode', 'bypassPermissions'),
    codex: byInput('codex', 'exec', '--json', '--sandbox', 'workspace-write', '-'),
    gemini: byInput('gemini', '--output-format', 'json', '--approval-mode', 'yolo', '--skip-trust'),
    copilot: byInput('copilot', '--allow-all-tools', '--no-ask-user', '-s'),
    cursor: cursorAgent(),
    'cursor-agent': cursorAgent(),
    opencode: byInput('opencode', 'run', '--auto'),
    qwen: byInput('qwen', '--approval-mode', 'yolo'),
    aider: {
      argv: ['aider', '--yes-always', '--no-pretty', '--no-stream', '--message-file', '{prompt_file}'],
      isPromptInput: false,
    },
  }),
);

function byInput(...argv: readonly string[]): AgentCommand {
  return { argv, isPromptInput: true };
}

function cursorAgent(): AgentCommand {
  return byInput('cursor-agent', '--print', '--force', '--trust', '--output-format', 'text');
}

/**
 * What the `agents` section of a project's config says. Everything that can be used counts, each thing that cannot is
 * an issue, so that a slip in one command does not cost the others.
 */
const readAgentsSection = (given: unknown): AgentCatalogReading => {
  const issues: Issue[] = [];
  const complain: Complain = (path, reason) => {
    issues.push({ path: `agents${path}`, reason });
    return [];
  };
  const section = isFields(given) ? given : {};
  if (!isFields(given) && given !== undefined && given !== null) complain('', 'has to be a mapping');
  const own = commandsIn(section['commands'] ?? {}, complain);
  const commands = new Map([...BUILT_IN_AGENTS, ...own]);
  for (const [name, command, timeoutMs] of timeoutsIn(section['timeout_minutes'] ?? {}, commands, complain))
    commands.set(name, { ...command, timeoutMs });
  return {
    available: availableIn(section['available'] ?? [], commands, complain),
    commands,
    ofProject: own.map(([name]) => name),
    redefined: own.flatMap(([name, command]) => (isOther(BUILT_IN_AGENTS.get(name), command) ? [name] : [])),
    issues,
  };
};

const isOther = (known: AgentCommand | undefined, { argv, isPromptInput }: AgentCommand): boolean =>
  known !== undefined &&
  (known.isPromptInput !== isPromptInput || JSON.stringify(known.argv) !== JSON.stringify(argv));

/** Nothing is what stands for something that cannot be used. */
type Complain = (path: string, reason: string) => readonly never[];

type Named = readonly [name: string, command: AgentCommand];

const commandsIn = (given: unknown, complain: Complain): readonly Named[] => {
  if (!isFields(given)) return complain('.commands', 'has to be a mapping of names to command lines');
  return Object.entries(given).flatMap(([name, value]): readonly Named[] => {
    const path = `.commands.${name}`;
    if (!NAME.test(name))
      return complain(path, 'needs a name of letters, digits, dots, dashes and underscores');
    const argv = argvOf(value);
    if (!argv.ok) return complain(path, argv.error);
    const isPromptNamed = argv.value.some((word) => /\{prompt(?:_file)?\}/.test(word));
    return [[name, { argv: argv.value, isPromptInput: !isPromptNamed }]];
  });
};

const argvOf = (value: unknown): Result<readonly string[], string> => {
  if (typeof value === 'string') return splitCommand(value);
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return checkedCommand(value);
  return err('has to be a command line, or a list of a program and its arguments');
};

/** One limit for all, or a mapping of names to limits. */
const timeoutsIn = (
  given: unknown,
  commands: ReadonlyMap<string, AgentCommand>,
  complain: Complain,
): readonly (readonly [...Named, number])[] => {
  const isOne = isLimit(given);
  if (!isOne && !isFields(given))
    return complain(
      '.timeout_minutes',
      'has to be a number above zero, or a mapping of names to such numbers',
    );
  const limits = isOne ? [...commands.keys()].map((name) => [name, given] as const) : Object.entries(given);
  return limits.flatMap(([name, minutes]): readonly (readonly [...Named, number])[] => {
    const command = commands.get(name);
    const path = `.timeout_minutes.${name}`;
    if (command === undefined) return complain(path, 'is no agent with a command');
    if (!isLimit(minutes)) return complain(path, 'has to be a number above zero');
    return [[name, command, Math.ceil(minutes * 60_000)]];
  });
};

const availableIn = (
  given: unknown,
  commands: ReadonlyMap<string, AgentCommand>,
  complain: Complain,
): readonly string[] => {
  if (!Array.isArray(given)) return complain('.available', 'has to be a list of names');
  return given.flatMap((name: unknown, at): readonly string[] => {
    const path = `.available.${at}`;
    if (typeof name !== 'string') return complain(path, 'has to be a name');
    if (!commands.has(name)) return complain(path, `names ${name}, for which agents.commands has no command`);
    return given.indexOf(name) < at ? complain(path, `names ${name} a second time`) : [name];
  });
};

/** Names appear in lists with commas, in file names, and in the Activity Log between dashes with spaces. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const isLimit = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** What may stand in a command. */
const PLACEHOLDERS = ['{prompt_file}', '{prompt}', '{worktree}', '{wp_id}'];

/**
 * Splits a command line into program and arguments: at blanks, except between quotes. Between double quotes `\"` and
 * `\\` stand for the second character; elsewhere a backslash is a backslash, as paths of Windows need it. There is no
 * shell, so nothing else has a meaning. The error says what is wrong.
 */
export const splitCommand = (line: string): Result<readonly string[], string> => {
  const [quote] = line.replace(WORDS, '').trim();
  if (quote !== undefined) return err(`has a quote ${quote} that is not closed`);
  const words = line.match(WORDS) ?? [];
  return checkedCommand(
    words.map((word) =>
      word.replace(
        QUOTED,
        (_, double?: string, single?: string) => single ?? (double ?? '').replace(/\\(["\\])/g, '$1'),
      ),
    ),
  );
};

const QUOTED = /"((?:[^"\\]|\\["\\]|\\(?!["\\]))*)"|'([^']*)'/g;
const WORDS = new RegExp(`(?:${QUOTED.source}|[^\\s"'])+`, 'g');

/** The same words when they are a command: a program, and no placeholder that does not exist. */
export const checkedCommand = (argv: readonly string[]): Result<readonly string[], string> => {
  if ((argv[0] ?? '') === '') return err('names no program');
  if (argv.some((word) => word.includes('\0'))) return err('holds a zero byte');
  const unknown = argv
    .flatMap((word) => word.match(/\{[A-Za-z][A-Za-z0-9_-]*\}/g) ?? [])
    .find((placeholder) => !PLACEHOLDERS.includes(placeholder));
  if (unknown === undefined) return ok(argv);
  return err(`has the unknown placeholder ${unknown}; there are ${PLACEHOLDERS.join(', ')}`);
};
