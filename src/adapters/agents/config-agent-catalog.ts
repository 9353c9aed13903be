import { resolve } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { isDocument, isFields, list, text, type Fields } from '../../domain/document.js';
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
const BUILT_IN = {
  claude: 'claude --print --output-format json --permission-mode bypassPermissions',
  codex: 'codex exec --json --sandbox workspace-write -',
  gemini: 'gemini --output-format json --approval-mode yolo --skip-trust',
  copilot: 'copilot --allow-all-tools --no-ask-user -s',
  cursor: 'cursor-agent --print --force --trust --output-format text',
  'cursor-agent': 'cursor-agent --print --force --trust --output-format text',
  opencode: 'opencode run --auto',
  qwen: 'qwen --approval-mode yolo',
  aider: 'aider --yes-always --no-pretty --no-stream --message-file {prompt_file}',
};

export const BUILT_IN_AGENTS: ReadonlyMap<string, AgentCommand> = new Map(
  Object.entries(BUILT_IN).map(([agent, line]) => [
    agent,
    { agent, argv: line.split(' '), statedBy: 'program', redefines: false },
  ]),
);

/** What the `agents` section of a project's config says, and everything that cannot be used of it. */
const readAgentsSection = (given: unknown): AgentCatalogReading => {
  const issues: Issue[] = [];
  const complain = (path: string, reason: string): void =>
    void issues.push({ path: `agents${path}`, reason });
  const mapping = (value: unknown, path: string, must = 'has to be a mapping'): Fields => {
    if (isFields(value)) return value;
    if (value !== undefined && value !== null) complain(path, must);
    return {};
  };
  const section = mapping(given, '');
  const commands = new Map(BUILT_IN_AGENTS);
  for (const [agent, value] of Object.entries(mapping(section['commands'], '.commands'))) {
    const argv = NAME.test(agent)
      ? argvOf(value)
      : err('needs a name of letters, digits, dots, dashes and underscores');
    if (!argv.ok) complain(`.commands.${agent}`, argv.error);
    else {
      const known = BUILT_IN_AGENTS.get(agent)?.argv ?? argv.value;
      const redefines = JSON.stringify(known) !== JSON.stringify(argv.value);
      commands.set(agent, { agent, argv: argv.value, statedBy: 'project', redefines });
    }
  }
  // One limit for all, or a mapping of names to limits.
  const times = section['timeout_minutes'];
  const ofAll = isLimit(times)
    ? Object.fromEntries([...commands.keys()].map((agent) => [agent, times]))
    : times;
  const must = 'has to be a number above zero, or a mapping of names to such numbers';
  for (const [agent, minutes] of Object.entries(mapping(ofAll, '.timeout_minutes', must))) {
    const command = commands.get(agent);
    if (command === undefined) complain(`.timeout_minutes.${agent}`, 'is no agent with a command');
    else if (!isLimit(minutes)) complain(`.timeout_minutes.${agent}`, 'has to be a number above zero');
    else commands.set(agent, { ...command, timeoutMs: Math.ceil(minutes * 60_000) });
  }
  const available = section['available'] ?? [];
  if (!isDocument(NAMES, available)) complain('.available', 'has to be a list of names');
  return { available: isDocument(NAMES, available) ? [...new Set(available)] : [], commands, issues };
};

const NAMES = list(text());

const argvOf = (value: unknown): Result<readonly string[], string> => {
  if (typeof value === 'string') return splitCommand(value);
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return checkedCommand(value);
  return err('has to be a command line, or a list of a program and its arguments');
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
