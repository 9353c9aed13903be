import { hostname } from 'node:os';
import { shownTime } from '../../../reports/shown-time.js';
import { defineCommand, flag, text, type ArgsOf, type CommandContext } from '../../define-command.js';
import { facts } from '../../render/table.js';
import { green, yellow, type Text, bold } from '../../render/text.js';
import { SyncError } from '../../../../domain/errors.js';
import type { Backlog, BacklogAnswer } from '../../../delivery/backlog-consent.js';
import type { DeviceSignIn } from '../../../../ports/delivery.js';
import type { HubMove, SignInInput } from '../../../delivery/sign-in.js';
import { askLine, askYesNo, canAsk, passwordOf, readLine } from '../shared/ask.js';
import { projectOption } from '../shared/next-command.js';

const OPTIONS = {
  server: text('address of the hub', 'URL'),
  username: text('user name at the hub', 'NAME'),
  device: flag('show a code with which you sign this machine in from a browser'),
  'token-stdin': flag('read a token for machines from stdin'),
  'password-stdin': flag('read the password from stdin'),
  yes: flag('send what waits without asking'),
} as const;

type Login = CommandContext<ArgsOf<typeof OPTIONS>>;

const login = defineCommand({
  path: 'auth login',
  summary: 'sign in at a hub',
  details:
    'Asks for the password without showing it. Before anything is stored, it shows which events that wait on this machine would now be sent, and asks.',
  options: OPTIONS,
  examples: [
    ['spec-kitty auth login --server https://hub.example.com --username ada', 'sign in with a password'],
    ['spec-kitty auth login --server https://hub.example.com --device', 'on a machine without a browser'],
    [
      'printenv HUB_TOKEN | spec-kitty auth login --server https://hub.example.com --token-stdin --yes',
      'sign in from a script',
    ],
  ],
  run: async (context) => {
    const { args, client, signal } = context;
    const { backlogConsent, liftRefusals, signIn } = client.delivery;
    const settings = await client.port('settings');
    const serverUrl =
      args.server ??
      (await settings.read()).serverUrl ??
      (await asked(context, 'Address of the hub: ', 'No server is set.', 'Name the hub with --server URL.'));
    const proof = await proofOf(context);
    let backlog: { readonly backlogs: readonly Backlog[]; readonly answer: BacklogAnswer } | undefined;
    const { account } = await signIn.run(
      { serverUrl, proof, hasMoved: (move) => hasMoved(context, move) },
      (theirs) =>
        backlogConsent.settle(theirs, async (backlogs) => {
          const answer = await answerFor(context, backlogs);
          backlog = { backlogs, answer };
          return answer;
        }),
      signal,
    );
    const { hub, team, username } = account;
    await liftRefusals.run(account);
    if (args.server !== undefined) await settings.set('server_url', hub.url);
    if (backlog !== undefined) await tellKept(context, backlog.backlogs, backlog.answer);
    return {
      data: { signedIn: true, server: hub.url, team, username, backlog },
      text: ['Signed in at ', hub.url, ' as ', bold(username ?? 'unknown'), ' of team ', bold(team), '.'],
      next: ['spec-kitty sync now'],
    };
  },
});

/** The commands about who is signed in. */
export const authCommands = [
  login,
  defineCommand({
    path: 'auth logout',
    summary: 'sign out, here and at the hub',
    examples: [['spec-kitty auth logout', 'forget the sign-in of this machine']],
    run: async ({ client, signal, terminal }) => {
      const outcome = await client.delivery.signOut.run(signal);
      if (outcome.outcome === 'not-signed-in')
        return { data: { signedOut: false }, text: 'Nobody was signed in.' };
      const { notRevoked } = outcome;
      if (notRevoked !== undefined) terminal.warn(`The hub may still know this sign-in: ${notRevoked}.`);
      return {
        data: { signedOut: true, notRevoked },
        text: 'Signed out. Events stay on this machine until somebody signs in.',
      };
    },
  }),
  defineCommand({
    path: 'auth status',
    summary: 'show who is signed in, where, and until when',
    examples: [['spec-kitty auth status --json', 'the same for a program']],
    run: async ({ client }) => {
      const reading = await client.delivery.getAccountStatus.run();
      if (reading.state !== 'signed-in') {
        const text =
          reading.state === 'signed-out'
            ? 'Not signed in. Sign in with: spec-kitty auth login'
            : `The sign-in cannot be used: ${reading.reason}`;
        return { outcome: 'not-signed-in', data: reading, text };
      }
      const { account, session, source } = reading;
      const rows: readonly (readonly [string, Text])[] = [
        ['server', account.hub.url],
        ['user', account.username ?? 'known to the hub alone'],
        ['team', account.team],
        ['session', session === 'ended' ? yellow('ended: sign in again') : green(session)],
        ['from', source === 'file' ? 'the credentials file' : 'SPEC_KITTY_TOKEN'],
        ...expiry('access until', reading.accessExpiresAtMs),
        ...expiry('refresh until', reading.refreshExpiresAtMs),
      ];
      const outcome = session === 'ended' ? 'not-signed-in' : 'done';
      return { outcome, data: reading, text: facts(rows) };
    },
  }),
];

const expiry = (name: string, atMs: number | undefined): readonly (readonly [string, Text])[] =>
  atMs === undefined ? [] : [[name, shownTime(atMs)]];

/** No where nobody can be asked: whoever knows an id can state it. */
const hasMoved = async (context: Login, { id, from, to }: HubMove): Promise<boolean> => {
  const { terminal } = context;
  const known = from.join(' and ');
  if (mayAsk(context)) {
    terminal.say(`The hub at ${to} says that it is the hub ${id}, which is known at ${known}.`);
    if (await askYesNo(context, `Has the hub at ${known} moved to ${to}?`)) return true;
  }
  terminal.warn(
    `The hub at ${to} states the id of the one at ${known}. It is taken for another hub: nothing of that one goes there. Sign in at a terminal to say that it has moved, or see: spec-kitty sync move --help`,
  );
  return false;
};

/** What is piped in is the proof, and no answer. */
const mayAsk = (context: Login): boolean =>
  !context.args.tokenStdin && !context.args.passwordStdin && canAsk(context);

/** What a person types, where one can be asked. */
const asked = async (context: Login, question: string, missing: string, hint: string): Promise<string> => {
  const answer = mayAsk(context) ? await askLine(context, question) : '';
  if (answer === '') throw new SyncError('wrong-usage', missing, { hint });
  return answer;
};

const proofOf = async (context: Login): Promise<SignInInput['proof']> => {
  const { args } = context;
  if (args.tokenStdin) return { with: 'token', token: await readLine(context) };
  if (args.device) {
    const show = ({ userCode, verificationUrl }: DeviceSignIn): void =>
      context.terminal.say(
        `Open this page in a browser, on any machine:\n  ${verificationUrl}\nand make sure that it shows the code ${userCode}. Waiting…`,
      );
    return { with: 'device', device: hostname(), show };
  }
  const hint = 'Use --username NAME, or --token-stdin for a machine.';
  const username =
    args.username ?? (await asked(context, 'User name: ', 'Nobody to sign in was named.', hint));
  const password = await passwordOf(context, username, 'Use --password-stdin or --token-stdin.');
  return { with: 'password', username, password };
};

/** What the answer did, and for each project the command that takes it back. */
const tellKept = async (
  { client, terminal }: Login,
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

const answerFor = async (context: Login, backlogs: readonly Backlog[]): Promise<BacklogAnswer> => {
  const { args, terminal } = context;
  if (args.yes) return 'consent';
  if (!mayAsk(context)) return 'withhold';
  terminal.say('These events wait on this machine and would now be sent:');
  for (const { projectSlug, projectUuid, local, elsewhere } of backlogs) {
    terminal.say(`  ${projectSlug ?? projectUuid}: ${local + elsewhere}`);
  }
  return (await askYesNo(context, 'Send them?')) ? 'consent' : 'decline';
};
