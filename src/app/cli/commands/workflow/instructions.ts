import { instructionsFor, type AgentHost } from '../../../../domain/agents/instructions.js';
import { SyncError } from '../../../../domain/errors.js';
import type { FileChange } from '../../../../ports/work.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold, dim, green, lines, red, type Text } from '../../render/text.js';
import { askYesNo } from '../shared/ask.js';

interface Args {
  readonly for: AgentHost | undefined;
  readonly install: boolean;
  readonly remove: boolean;
  readonly yes: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, common, io, signal, terminal } = context;
  const host = args.for ?? 'codex';
  if (args.install && args.remove)
    throw new SyncError('wrong-usage', 'Either --install or --remove can be meant.');
  if (!args.install && !args.remove) {
    const text = instructionsFor(args.for ?? 'NAME');
    return { data: { text }, text: text.trimEnd() };
  }
  const checkout = await client.checkout();
  const instructions = client.agents.installInstructions;
  const change = await instructions.plan({ checkout, host, what: args.remove ? 'remove' : 'install' });
  const told = (outcome: 'written' | 'unchanged' | 'not-written', text: Text): Report => ({
    data: { path: change.path, outcome, before: change.before ?? null, after: change.after },
    text,
  });
  if ((change.before ?? '') === change.after)
    return told('unchanged', [bold(change.path), ' is so already; nothing was done.']);
  const canAsk = common.input && !common.json && io.stdin().isTTY;
  if (!args.yes && !canAsk) {
    const repeat = `spec-kitty agent instructions --for ${host} --${args.remove ? 'remove' : 'install'} --yes`;
    return told(
      'not-written',
      lines([...differences(change), 'Nothing was written. To write it:', `  ${repeat}`]),
    );
  }
  if (!args.yes) {
    for (const line of differences(change)) terminal.say(line);
    if (!(await askYesNo({ io, signal }, 'Write this?'))) return told('not-written', 'Nothing was written.');
  }
  await instructions.run(checkout, change, signal);
  return told(
    'written',
    lines([...(args.yes ? differences(change) : []), [bold(change.path), ' is written.']]),
  );
};

/** The lines that go and those that come: the page is one piece, so that all else is the same above and below it. */
const differences = ({ path, before = '', after }: FileChange): readonly Text[] => {
  const [old, present] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const least = Math.min(old.length, present.length);
  const above = firstOf(least, (at) => old[at] !== present[at]);
  const below = firstOf(least - above, (at) => old.at(-1 - at) !== present.at(-1 - at));
  return [
    bold(path),
    dim(`@@ line ${above + 1} @@`),
    ...old.slice(above, old.length - below).map((line): Text => red(`-${line}`)),
    ...present.slice(above, present.length - below).map((line): Text => green(`+${line}`)),
  ];
};

const firstOf = (limit: number, isIt: (at: number) => boolean): number => {
  let at = 0;
  while (at < limit && !isIt(at)) at++;
  return at;
};
