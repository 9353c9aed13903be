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
  const complain: Complain = (path, reason) => void issues.push({ path: `agents${path}`, reason });
  const section = isFields(given) ? given : {};
  if (!isFields(given) && given !== undefined && given !== null) complain('', 'has to be a mapping');
  const own = commandsIn(section['commands'] ?? {}, complain);
  const commands = new Map([...BUILT_IN_AGENTS, ...own]);
  limitTimes(commands, section['timeout_minutes'] ?? {}, complain);
  return {
    available: availableIn(section['available'] ?? [], commands, complain),
    commands,
    ofProject: [...own.keys()],
    redefined: [...own].flatMap(([name, command]) =>
      isOther(BUILT_IN_AGENTS.get(name), command) ? [name] : [],
    ),
    issues,
  };
};

type Complain = (path: string, reason: string) => void;

const isOther = (known: AgentCommand | undefined, { argv, isPromptInput }: AgentCommand): boolean =>
  known !== undefined &&
  (known.isPromptInput !== isPromptInput || JSON.stringify(known.argv) !== JSON.stringify(argv));

const commandsIn = (given: unknown, complain: Complain): ReadonlyMap<string, AgentCommand> => {
  if (!isFields(given)) complain('.commands', 'has to be a mapping of names to command lines');
  const commands = new Map<string, AgentCommand>();
  for (const [name, value] of Object.entries(isFields(given) ? given : {})) {
    const argv = NAME.test(name)
      ? argvOf(value)
      : err('needs a name of letters, digits, dots, dashes and underscores');
    if (!argv.ok) complain(`.commands.${name}`, argv.error);
    else {
      const isPromptNamed = argv.value.some((word) => /\{prompt(?:_file)?\}/.test(word));
      commands.set(name, { argv: argv.value, isPromptInput: !isPromptNamed });
    }
  }
  return commands;
};

const argvOf = (value: unknown): Result<readonly string[], string> => {
  if (typeof value === 'string') return splitCommand(value);
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return checkedCommand(value);
  return err('has to be a command line, or a list of a program and its arguments');
};

/** One limit for all, or a mapping of names to limits. */
const limitTimes = (commands: Map<string, AgentCommand>, given: unknown, complain: Complain): void => {
  const ofAll = isLimit(given) ? Object.fromEntries([...commands].map(([name]) => [name, given])) : given;
  if (!isFields(ofAll)) {
    complain('.timeout_minutes', 'has to be a number above zero, or a mapping of names to such numbers');
    return;
  }
  for (const [name, minutes] of Object.entries(ofAll)) {
    const command = commands.get(name);
    const path = `.timeout_minutes.${name}`;
    if (command === undefined) complain(path, 'is no agent with a command');
    else if (!isLimit(minutes)) complain(path, 'has to be a number above zero');
    else commands.set(name, { ...command, timeoutMs: Math.ceil(minutes * 60_000) });
  }
};

const availableIn = (
  given: unknown,
  commands: ReadonlyMap<string, AgentCommand>,
  complain: Complain,
): readonly string[] => {
  if (!Array.isArray(given)) complain('.available', 'has to be a list of names');
  const names = new Set<string>();
  for (const [at, name] of (Array.isArray(given) ? (given as readonly unknown[]) : []).entries()) {
    const path = `.available.${at}`;
    if (typeof name !== 'string') complain(path, 'has to be a name');
    else if (!commands.has(name)) complain(path, `names ${name}, for which agents.commands has no command`);
    else if (names.has(name)) complain(path, `names ${name} a second time`);
    else names.add(name);
  }
  return [...names];
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
