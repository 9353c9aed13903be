import { HOST_FILES, instructionsFor, type AgentHost } from '../../../../domain/agents/instructions.js';
import { SyncError } from '../../../../domain/errors.js';
import type { FileChange } from '../../../../ports/work.js';
import { version } from '../../build-info.js';
import { choice, defineCommand, flag, type Report } from '../../define-command.js';
import { bold, dim, green, lines, red, type Text } from '../../render/text.js';
import { askYesNo, canAsk } from '../shared/ask.js';

export const instructions = defineCommand({
  path: 'agent instructions',
  summary: 'print the page that teaches an agent this workflow, or write it where its host reads it',
  details:
    'Written between two marks, so that the rest of the file stays as it is and a later --install brings the page up to date. What would change is shown first, and asked about. See docs/agents.md.',
  options: {
    for: choice(
      'agent host; without it, AGENTS.md is written',
      Object.keys(HOST_FILES) as readonly AgentHost[],
    ),
    install: flag('write it into the file that the host reads'),
    remove: flag('take it out of that file again'),
    yes: flag('write without asking'),
  },
  examples: [
    ['spec-kitty agent instructions', 'read it'],
    ['spec-kitty agent instructions --for claude --install', 'write it into CLAUDE.md'],
  ],
  run: async (context) => {
    const { args, client, common, signal, terminal } = context;
    const { for: host = 'codex', install, remove, yes } = args;
    if (install && remove) throw new SyncError('wrong-usage', 'Either --install or --remove can be meant.');
    if (!install && !remove) {
      const text = instructionsFor(args.for ?? 'NAME');
      return { data: { text }, text: text.trimEnd() };
    }
    const checkout = await client.checkout();
    const what = remove ? 'remove' : 'install';
    const change = await client.agents.installInstructions.plan({ checkout, host, what });
    const told = (outcome: 'written' | 'unchanged' | 'not-written', text: Text): Report => ({
      data: { ...change, before: change.before ?? null, outcome },
      text,
    });
    if ((change.before ?? '') === change.after)
      return told('unchanged', [bold(change.path), ' is so already; nothing was done.']);
    if (!yes && (common.json || !canAsk(context))) {
      const repeat = `  spec-kitty agent instructions --for ${host} --${what} --yes`;
      return told(
        'not-written',
        lines([...differences(change), 'Nothing was written. To write it:', repeat]),
      );
    }
    if (!yes) {
      for (const line of differences(change)) terminal.say(line);
      if (!(await askYesNo(context, 'Write this?'))) return told('not-written', 'Nothing was written.');
    }
    await client.agents.installInstructions.run(checkout, change, signal);
    return told('written', lines([...(yes ? differences(change) : []), [bold(change.path), ' is written.']]));
  },
});

export const mcp = defineCommand({
  path: 'mcp',
  summary: 'serve this workflow to an agent host over the Model Context Protocol, on stdin and stdout',
  details:
    'For the configuration of a host; see docs/agents.md. The project is that of --project, else that of the current directory, else the first folder of the host that is one. Ends with its input.',
  examples: [['spec-kitty mcp --project .', 'what a host starts']],
  /** What stdout holds belongs to the protocol: messages go to stderr. */
  run: async ({ client, common, signal, terminal }) => {
    const { serve } = await import('../../../mcp/serve.js');
    const isNamed = common.isProjectNamed;
    await serve({ client, isNamed, version, signal, complain: (sentence) => terminal.note(sentence) });
    return { outcome: signal.aborted ? 'interrupted' : 'done', isStream: true };
  },
});

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
