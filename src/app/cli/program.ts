import { resolve } from 'node:path';
import { projectOption } from './commands/shared/next-command.js';
import { tellBeside, tellDelivery, workDocument } from './commands/shared/work-report.js';
import { moveTask } from './commands/workflow/move-task.js';
import type { ClientContainer, ClientEnvironment } from '../compose/parts.js';
import { clientOver } from '../library/client.js';
import type {
  CommandContext,
  CommandDefinition,
  CommonOptions,
  NextCommand,
  Report,
} from './define-command.js';
import { outcomeOfError, type Outcome } from './exit-codes.js';
import { type Io, widthOf } from './io.js';
import { inFull } from './short-forms.js';
import { argumentsOf, commandNamedBy, commonOptionsOf, isSet, parseCommandLine, readLine } from './parser.js';
import { isSyncError } from '../../domain/errors.js';
import { bold, toTerminal } from './render/text.js';
import { createTerminal, type Terminal } from './terminal.js';
import { wrongUsage } from './usage.js';

type Waiting = Required<ClientEnvironment>['waiting'];

interface ProgramOptions {
  readonly io: Io;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Makes what the use cases are composed of; called at most once, and only by a command that needs them. */
  readonly openContainer: (waiting: Waiting) => Promise<ClientContainer>;
  /** Instead of the commands of the program; what these print is described nowhere. */
  readonly commands?: readonly CommandDefinition[];
}

/**
 * Runs one command line from its arguments to its outcome. Never throws: whatever goes wrong is shown and becomes an
 * outcome. With `--json` exactly one document is written to stdout, also when the command line itself is wrong.
 */
export const runProgram = async (words: readonly string[], options: ProgramOptions): Promise<Outcome> => {
  const argv = inFull(words[0] === 'help' ? [...words.slice(1), '--help'] : words);
  const { io } = options;
  // What these say holds for the answer to a wrong command line, too.
  const { parsed } = readLine(argv);
  const json = isSet(parsed, 'json');
  const quiet = isSet(parsed, 'quiet');
  const terminal = createTerminal(io, { json, quiet, colour: !isSet(parsed, 'no-color') });
  try {
    const outcome = await answer(argv, terminal, json, options);
    // Work is reported as done only when its report has found a place.
    await io.stdout.drained?.();
    return outcome;
  } catch (error) {
    return await showFault(error, terminal, json, io);
  }
};

const answer = async (
  argv: readonly string[],
  terminal: Terminal,
  json: boolean,
  options: ProgramOptions,
): Promise<Outcome> => {
  if (argv[0] === '--complete') return showCompletions(argv, options);
  if (argv.includes('--version') && argv.every((word) => word.startsWith('-')))
    return show(terminal, json, { version: options.version }, options.version);
  const { io } = options;
  const commands = options.commands ?? (await commandsFor(argv));
  const request = await parseCommandLine(argv, commands, widthOf(io.stdout, io.env));
  if (request.wanted === 'help') return show(terminal, json, { help: request.text }, request.text);
  return runCommand(request.definition, request.parsed, terminal, options);
};

const runCommand = async (
  definition: CommandDefinition,
  parsed: Parameters<typeof argumentsOf>[1],
  terminal: Terminal,
  { io, signal, openContainer, commands }: ProgramOptions,
): Promise<Outcome> => {
  const common = commonOptionsOf(parsed, definition.words, io);
  const args = argumentsOf(definition, parsed);
  const client = clientOver(common.project, () => openContainer(waitingOf(common, terminal)));
  const context = { args, common, terminal, io, signal, client };
  try {
    const report = await definition.run(context);
    terminal.progress([]);
    const { work, text, next = [] } = report;
    if (work !== undefined) tellBeside(work, terminal);
    if (common.json && report.isStream !== true)
      terminal.document(await documentOf(commands === undefined ? definition.words : [], report));
    else if (text !== undefined) terminal.print(text);
    // The work is done by then: a failure of what is told beside it is nobody's.
    if (work !== undefined) await tellDelivery(work, context).catch(() => undefined);
    if (!common.json) tellNext(next, isOfPlan(definition) ? context : undefined, terminal);
    return report.outcome ?? 'done';
  } catch (error) {
    await tellBreakage(error, definition, context);
    throw isSyncError(error) && error.kind === 'wrong-usage' && error.hint === undefined
      ? wrongUsage(error.message, definition.words)
      : error;
  } finally {
    await client.close();
  }
};

/** In a plan a line says of project and feature what was said this time, so that it works here, too. */
const tellNext = (
  next: readonly NextCommand[],
  called: Pick<CommandContext, 'common' | 'io'> | undefined,
  terminal: Terminal,
): void => {
  for (const each of next) {
    const [line, when] = typeof each === 'string' ? [each] : each;
    const whole = bold(line + (called === undefined ? '' : whereSaid(called)));
    terminal.note(when === undefined ? ['next: ', whole] : [`next, ${when}:\n  `, whole]);
  }
};

const whereSaid = ({ common: { feature, project }, io }: Pick<CommandContext, 'common' | 'io'>): string =>
  (feature === undefined ? '' : ` --feature ${feature}`) +
  (project === resolve(io.cwd) ? '' : projectOption(project));

/** A hook of a command before may take a minute, and there may be some of them; who looks on sees why nothing moves. */
const waitingOf = ({ wait = DEFAULT_WAIT_SECONDS }: CommonOptions, terminal: Terminal): Waiting => ({
  waitMs: wait * 1000,
  onWait: (waitedMs) => {
    const seconds = Math.round((waitedMs ?? 0) / 1000);
    const told = `Another command is at work in this repository; waiting for ${seconds} s (Ctrl-C ends it).`;
    terminal.progress(waitedMs === undefined ? [] : [told]);
  },
});

const DEFAULT_WAIT_SECONDS = 600;

/** Tells the team of a workflow command that broke before its work began, which is news for it. Never throws. */
const tellBreakage = async (
  error: unknown,
  definition: CommandDefinition,
  { args, common, client }: CommandContext<Readonly<Record<string, unknown>>>,
): Promise<void> => {
  if (!isOfPlan(definition) || READING.has(definition.words.join(' '))) return;
  const { isSettled } = await import('../work/log-breakage.js');
  if (isSettled(error)) return;
  const subject = subjectOf(args, common.feature);
  // What cannot even be told of is no second error: that of the command is the one that is shown.
  await client.work.logBreakage.run(error, client.directory, subject).catch(() => undefined);
};

const isOfPlan = ({ words }: CommandDefinition): boolean => WORKFLOW_WORDS.has(words[0] ?? '');

/** First words of the commands that work on a project's plan. */
const WORKFLOW_WORDS: ReadonlySet<string> = new Set([
  'init',
  'implement',
  'merge',
  'accept',
  'agent',
  'orchestrate',
  'mcp',
]);

/** What only looks emits nothing, whatever happens to it. */
const READING: ReadonlySet<string> = new Set(['agent tasks status', 'agent tasks list']);

const subjectOf = (args: Readonly<Record<string, unknown>>, feature: string | undefined) => {
  const named = [args['wp'], args['id']].flat().filter((word) => typeof word === 'string');
  const agent = args['agent'] ?? args['author'];
  return {
    feature,
    workPackageId: named.length === 1 ? named[0] : undefined,
    agent: typeof agent === 'string' ? agent : undefined,
  };
};

/** Results of work have names of the program: who changes a project loads no descriptions. */
const documentOf = async (words: readonly string[], { work, data = null }: Report): Promise<unknown> => {
  if (work !== undefined) return workDocument(work);
  if (data === null) return null;
  const { toDocument } = await import('../documents/all.js');
  return toDocument(words.join(' '), data);
};

const show = (terminal: Terminal, json: boolean, document: unknown, text: string): Outcome => {
  if (json) terminal.document(document);
  else terminal.print(text);
  return 'done';
};

const showFault = async (error: unknown, terminal: Terminal, json: boolean, io: Io): Promise<Outcome> => {
  const { faultText, shownFault } = await import('./render/fault.js');
  const fault = shownFault(error);
  terminal.progress([]);
  // Where stdout takes nothing any more, a document there would be lost.
  if (json && fault.code !== 'output-failed') terminal.document({ error: fault });
  else terminal.say(faultText(fault));
  const wantsStack = (io.env['SPEC_KITTY_DEBUG'] ?? '') !== '';
  if (wantsStack && error instanceof Error) terminal.say(error.stack ?? '');
  return outcomeOfError(error);
};

const showCompletions = async (
  argv: readonly string[],
  { io, commands, openContainer }: ProgramOptions,
): Promise<Outcome> => {
  const { offersFor } = await import('./completion.js');
  const words = argv.slice(argv[1] === '--' ? 2 : 1);
  const offers = await offersFor(words, commands ?? (await allCommands()), (project = '.') =>
    // Who presses Tab waits for nobody.
    clientOver(resolve(io.cwd, project), () => openContainer({ waitMs: 0, onWait: () => undefined })),
  );
  for (const offer of offers) io.stdout.write(toTerminal(`${offer}\n`, false));
  return 'done';
};

/** What is loaded to understand a line: nothing more for the command that agents call all day. */
const commandsFor = async (argv: readonly string[]): Promise<readonly CommandDefinition[]> => {
  const isMoveTask = commandNamedBy(argv, [moveTask]) !== undefined;
  return isMoveTask ? [moveTask] : allCommands();
};

const allCommands = async (): Promise<readonly CommandDefinition[]> =>
  (await import('./commands/all.js')).COMMANDS;
