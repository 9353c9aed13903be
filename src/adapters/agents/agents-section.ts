import type { Issue, Result } from '../../domain/result.js';
import type { AgentCatalogReading, AgentCommand } from '../../ports/agents.js';
import { checkedCommand, splitCommand } from './split-command.js';

/**
 * What the `agents` section of a project's config says. Everything that can be used counts, each thing that cannot is
 * an issue, so that a slip in one command does not cost the others.
 */
export const readAgentsSection = (
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
