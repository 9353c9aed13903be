import { resolve } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { err, ok } from '../../domain/result.js';
import type { Issue, Result } from '../../domain/result.js';
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
    switch (reading.state) {
      case 'absent':
        return readAgentsSection(undefined, BUILT_IN_AGENTS);
      case 'present':
        return readAgentsSection(reading.document, BUILT_IN_AGENTS);
      case 'unreadable':
        return { ...readAgentsSection(undefined, BUILT_IN_AGENTS), issues: reading.issues };
    }
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
const readAgentsSection = (
  document: unknown,
  builtIn: ReadonlyMap<string, AgentCommand>,
): AgentCatalogReading => {
  const issues: Issue[] = [];
  const complain = (path: string, reason: string): void =>
    void issues.push({ path: `agents${path}`, reason });
  const section = mapping(mapping(document)?.['agents']);
  if (section === undefined) {
    const given = mapping(document)?.['agents'];
    if (given !== undefined && given !== null) complain('', 'has to be a mapping');
    return { available: [], commands: builtIn, ofProject: [], redefined: [], issues };
  }
  const own = commandsIn(section['commands'], complain);
  const commands = new Map([...builtIn, ...own]);
  for (const [name, timeoutMs] of timeoutsIn(section['timeout_minutes'], [...commands.keys()], complain)) {
    const command = commands.get(name);
    if (command !== undefined) commands.set(name, { ...command, timeoutMs });
  }
  return {
    available: availableIn(section['available'], commands, complain),
    commands,
    ofProject: own.map(([name]) => name),
    redefined: own.flatMap(([name, command]) => (isOther(builtIn.get(name), command) ? [name] : [])),
    issues,
  };
};

const isOther = (known: AgentCommand | undefined, { argv, isPromptInput }: AgentCommand): boolean =>
  known !== undefined &&
  (known.isPromptInput !== isPromptInput || JSON.stringify(known.argv) !== JSON.stringify(argv));

type Complain = (path: string, reason: string) => void;

const commandsIn = (given: unknown, complain: Complain): readonly (readonly [string, AgentCommand])[] => {
  if (given === undefined || given === null) return [];
  const commands = mapping(given);
  if (commands === undefined) {
    complain('.commands', 'has to be a mapping of names to command lines');
    return [];
  }
  return Object.entries(commands).flatMap(([name, value]) => {
    const path = `.commands.${name}`;
    if (!NAME.test(name)) {
      complain(path, 'needs a name of letters, digits, dots, dashes and underscores');
      return [];
    }
    const argv = argvOf(value);
    if (!argv.ok) {
      complain(path, argv.error);
      return [];
    }
    const isPromptNamed = argv.value.some((word) => /\{prompt(?:_file)?\}/.test(word));
    return [[name, { argv: argv.value, isPromptInput: !isPromptNamed }] as const];
  });
};

const argvOf = (value: unknown): Result<readonly string[], string> => {
  if (typeof value === 'string') return splitCommand(value);
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return checkedCommand(value);
  return { ok: false, error: 'has to be a command line, or a list of a program and its arguments' };
};

/** One limit for all, or a mapping of names to limits. */
const timeoutsIn = (
  given: unknown,
  names: readonly string[],
  complain: Complain,
): readonly (readonly [string, number])[] => {
  if (given === undefined || given === null) return [];
  const limits = mapping(given) ?? Object.fromEntries(names.map((name) => [name, given]));
  const isOne = mapping(given) === undefined;
  if (isOne && !isLimit(given)) {
    complain('.timeout_minutes', 'has to be a number above zero, or a mapping of names to such numbers');
    return [];
  }
  return Object.entries(limits).flatMap(([name, minutes]) => {
    if (!names.includes(name)) complain(`.timeout_minutes.${name}`, 'is no agent with a command');
    else if (!isLimit(minutes)) complain(`.timeout_minutes.${name}`, 'has to be a number above zero');
    else return [[name, Math.ceil(minutes * 60_000)] as const];
    return [];
  });
};

const availableIn = (
  given: unknown,
  commands: ReadonlyMap<string, AgentCommand>,
  complain: Complain,
): readonly string[] => {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    complain('.available', 'has to be a list of names');
    return [];
  }
  const available: string[] = [];
  given.forEach((name: unknown, index) => {
    const path = `.available.${index}`;
    if (typeof name !== 'string') complain(path, 'has to be a name');
    else if (!commands.has(name)) complain(path, `names ${name}, for which agents.commands has no command`);
    else if (available.includes(name)) complain(path, `names ${name} a second time`);
    else available.push(name);
  });
  return available;
};

/** Names appear in lists with commas, in file names, and in the Activity Log between dashes with spaces. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const isLimit = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

const mapping = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;

/** What may stand in a command. */
const PLACEHOLDERS = ['prompt_file', 'prompt', 'worktree', 'wp_id'] as const;

/**
 * Splits a command line into program and arguments: at blanks, except between quotes. Between double quotes `\"` and
 * `\\` stand for the second character; elsewhere a backslash is a backslash, as paths of Windows need it. There is no
 * shell, so nothing else has a meaning. The error says what is wrong.
 */
export const splitCommand = (line: string): Result<readonly string[], string> => {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === '"' && character === '\\' && /["\\]/.test(line.charAt(at + 1))) word += line.charAt(++at);
    else if (character === quote) quote = undefined;
    else if (quote !== undefined) word += character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (!/\s/.test(character)) word = (word ?? '') + character;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) return err(`has a quote ${quote} that is not closed`);
  if (word !== undefined) words.push(word);
  return checkedCommand(words);
};

/** The same words when they are a command: a program, and no placeholder that does not exist. */
export const checkedCommand = (argv: readonly string[]): Result<readonly string[], string> => {
  if ((argv[0] ?? '') === '') return err('names no program');
  if (argv.some((word) => word.includes('\0'))) return err('holds a zero byte');
  const unknown = argv
    .flatMap((word) => [...word.matchAll(/\{([A-Za-z][A-Za-z0-9_-]*)\}/g)].map(([, name = '']) => name))
    .find((name) => !PLACEHOLDERS.some((known) => known === name));
  return unknown === undefined
    ? ok(argv)
    : err(
        `has the unknown placeholder {${unknown}}; there are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`,
      );
};
