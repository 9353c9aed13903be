import { hostname } from 'node:os';
import { SyncError } from '../../../../domain/errors.js';
import type { Backlog, BacklogAnswer } from '../../../delivery/backlog-consent.js';
import type { HubMove, SignInInput } from '../../../delivery/sign-in.js';
import type { CommandContext, Report } from '../../define-command.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { bold } from '../../render/text.js';
import { askLine, askSecret, askYesNo, readLine } from '../shared/ask.js';
import { projectOption } from '../sync/remedies.js';

interface Args {
  readonly server: string | undefined;
  readonly username: string | undefined;
  readonly device: boolean;
  readonly tokenStdin: boolean;
  readonly passwordStdin: boolean;
  readonly yes: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { client } = context;
  const { backlogConsent: consent, signIn } = client.delivery;
  const settings = await client.port('settings');
  const serverUrl =
    context.args.server ??
    (await settings.read()).serverUrl ??
    (await asked(context, 'Address of the hub: ', 'No server is set.', 'Name the hub with --server URL.'));
  const proof = await proofOf(context);
  let recorded: { readonly backlogs: readonly Backlog[]; readonly answer: BacklogAnswer } | undefined;
  const signedIn = await signIn.run(
    { serverUrl, proof, hasMoved: (move) => hasMoved(context, move) },
    async ({ account }) => {
      const backlogs = await consent.question(account);
      if (backlogs.length === 0) return true;
      const answer = await answerFor(context, backlogs);
      await consent.record(account, backlogs, answer);
      recorded = { backlogs, answer };
      return true;
    },
    context.signal,
  );
  const { account } = signedIn;
  await client.delivery.liftRefusals.run(account);
  if (context.args.server !== undefined) await settings.set('server_url', account.hub.url);
  if (recorded !== undefined) await tellKept(context, recorded.backlogs, recorded.answer);
  return {
    data: {
      version: 2,
      signed_in: true,
      server: account.hub.url,
      team: account.team,
      username: account.username,
      backlog: recorded === undefined ? undefined : snakeKeys(recorded),
    },
    text: [
      'Signed in at ',
      account.hub.url,
      ' as ',
      bold(account.username ?? 'unknown'),
      ' of team ',
      bold(account.team),
      '.',
    ],
    next: [{ line: 'spec-kitty sync now' }],
  };
};

/** No where nobody can be asked: whoever knows an id can state it. */
const hasMoved = async (context: CommandContext<Args>, { id, from, to }: HubMove): Promise<boolean> => {
  const { terminal } = context;
  const known = from.join(' and ');
  if (canAsk(context)) {
    terminal.say(`The hub at ${to} says that it is the hub ${id}, which is known at ${known}.`);
    if (await askYesNo(context, `Has the hub at ${known} moved to ${to}?`)) return true;
  }
  terminal.warn(
    `The hub at ${to} states the id of the one at ${known}. It is taken for another hub: nothing of that one goes there. Sign in at a terminal to say that it has moved, or see: spec-kitty sync move --help`,
  );
  return false;
};

const canAsk = ({ args, io, common }: CommandContext<Args>): boolean =>
  common.input && !args.tokenStdin && !args.passwordStdin && io.stdin().isTTY;

/** What a person types, where one can be asked. */
const asked = async (
  context: CommandContext<Args>,
  question: string,
  missing: string,
  hint: string,
): Promise<string> => {
  const answer = canAsk(context) ? await askLine(context, question) : '';
  if (answer === '') throw new SyncError('wrong-usage', missing, { hint });
  return answer;
};

const proofOf = async (context: CommandContext<Args>): Promise<SignInInput['proof']> => {
  const { args } = context;
  if (args.tokenStdin) return { with: 'token', token: await readLine(context) };
  if (args.device) {
    return {
      with: 'device',
      device: hostname(),
      show: ({ userCode, verificationUrl }) =>
        context.terminal.say(
          `Open this page in a browser, on any machine:\n  ${verificationUrl}\nand make sure that it shows the code ${userCode}. Waiting…`,
        ),
    };
  }
  const username =
    args.username ??
    (await asked(
      context,
      'User name: ',
      'Nobody to sign in was named.',
      'Use --username NAME, or --token-stdin for a machine.',
    ));
  if (args.passwordStdin) return { with: 'password', username, password: await readLine(context) };
  if (!canAsk(context)) {
    throw new SyncError('wrong-usage', 'The password cannot be asked for here.', {
      hint: 'Use --password-stdin or --token-stdin.',
    });
  }
  return { with: 'password', username, password: await askSecret(context, `Password of ${username}: `) };
};

/** What the answer did, and for each project the command that takes it back. */
const tellKept = async (
  { client, terminal }: CommandContext<Args>,
  backlogs: readonly Backlog[],
  answer: BacklogAnswer,
): Promise<void> => {
  if (answer === 'consent') return;
  const checkouts = await (await client.port('checkouts')).list();
  terminal.warn(
    answer === 'decline'
      ? 'Sharing is now off for these projects; their events stay here. To share one:'
      : 'Nobody could be asked; earlier events of these projects are held.\nTo send them:',
  );
  for (const { projectUuid, projectSlug } of backlogs) {
    const path = checkouts.find((each) => each.projectUuid === projectUuid)?.path;
    terminal.say(`  ${projectSlug ?? projectUuid}: spec-kitty sync on${projectOption(path)}`);
  }
};

const answerFor = async (
  context: CommandContext<Args>,
  backlogs: readonly Backlog[],
): Promise<BacklogAnswer> => {
  const { args, terminal } = context;
  if (args.yes) return 'consent';
  if (!canAsk(context)) return 'withhold';
  terminal.say('These events wait on this machine and would now be sent:');
  for (const { projectSlug, projectUuid, local, elsewhere } of backlogs) {
    terminal.say(`  ${projectSlug ?? projectUuid}: ${local + elsewhere}`);
  }
  return (await askYesNo(context, 'Send them?')) ? 'consent' : 'decline';
};
