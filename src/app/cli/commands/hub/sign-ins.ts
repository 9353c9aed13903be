import { SyncError } from '../../../../domain/errors.js';
import type { HubSession, HubSessionKind } from '../../../compose/open-hub.js';
import { defineCommand, optional, text, type ArgsOf, type CommandContext } from '../../define-command.js';
import { flexible, table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { withHub, PLACE } from './hub.js';

const OF_USER = { user: text('only what belongs to this user', 'NAME'), ...PLACE } as const;

/** The commands about what people and programs are signed in with. */
export const signInCommands = [
  defineCommand({
    path: 'hub token create',
    summary: 'make a token for a program of a user',
    details: 'Prints the token once; the hub keeps only its digest.',
    options: {
      user: { ...text('whom the program acts for', 'NAME'), required: true },
      team: text("team; the user's first one when not given", 'TEAM'),
      name: text('what the token is called in lists', 'TEXT'),
      expires: text('how long it is good for, in days or hours; 90d when not given', '90d'),
      ...PLACE,
    },
    examples: [['spec-kitty hub token create --user ada --name ci --expires 30d', 'for a build server']],
    run: (context) => {
      const { user, team, name, expires = '90d' } = context.args;
      const lifetimeSeconds = secondsOf(expires);
      return withHub(async ({ people }) => {
        const { access, ...issued } = await people.createToken({ user, team, lifetimeSeconds, name });
        context.terminal.note(`Token of ${issued.user} for team ${issued.team}. It is shown this once:`);
        return { data: { ...issued, token: access, lifetimeSeconds }, text: access };
      })(context);
    },
  }),
  defineCommand({
    path: 'hub token list',
    summary: 'list the tokens of programs',
    options: OF_USER,
    examples: [['spec-kitty hub token list', 'all that still open something']],
    run: async (context) => {
      const { sessions: tokens, text } = await list('program')(context);
      return { data: { tokens }, text };
    },
  }),
  defineCommand({
    path: 'hub token revoke',
    summary: 'take back a token, or all of a user',
    positionals: { id: optional('id as `hub token list` shows it') },
    options: OF_USER,
    examples: [['spec-kitty hub token revoke --user ada', 'every token of ada']],
    run: (context) => end(context, 'program'),
  }),
  defineCommand({
    path: 'hub session list',
    summary: 'list the devices that are signed in',
    options: OF_USER,
    examples: [['spec-kitty hub session list --user ada', 'the devices of one user']],
    run: async (context) => {
      const { sessions, text } = await list('device')(context);
      return { data: { sessions }, text };
    },
  }),
  defineCommand({
    path: 'hub session end',
    summary: 'sign out a device, or all devices of a user',
    details: 'Its tokens open nothing from then on, and what it has open ends within a second.',
    positionals: { id: optional('id as `hub session list` shows it') },
    options: OF_USER,
    examples: [['spec-kitty hub session end --user ada', 'every device of ada']],
    run: (context) => end(context, 'device'),
  }),
];

type OfUser = CommandContext<ArgsOf<typeof OF_USER> & { readonly id?: string | undefined }>;

const list = (kind: HubSessionKind) =>
  withHub(async ({ people }, { args, terminal }: OfUser) => {
    const sessions = (await people.sessions(kind, args.user)).map(withShortId);
    const rows = sessions.map(({ id, user, team, name = '', expiresAtMs }) => [
      ...[id, bold(user), team, name],
      new Date(expiresAtMs).toISOString().slice(0, 10),
    ]);
    return { sessions, text: table(COLUMNS, rows, terminal.width) };
  });

const COLUMNS = ['Id', flexible('User'), flexible('Team'), flexible('Name'), 'Until'];

const end = (context: OfUser, kind: HubSessionKind) => {
  const { id, user } = context.args;
  if ((id === undefined) === (user === undefined)) {
    throw new SyncError('wrong-usage', 'Name either an id or a user.', {
      hint: 'The first column of the list has the ids; --user NAME stands for all of a user.',
    });
  }
  return withHub(async ({ people }) => {
    const which = id === undefined ? { user: user ?? '' } : { id };
    const ended = (await people.endSessions(kind, which)).map(withShortId);
    return { data: { ended }, text: ended.map((each) => `Ended ${each.id} of ${each.user}.`).join('\n') };
  })(context);
};

const withShortId = (session: HubSession) => ({ ...session, id: session.sessionId.slice(0, 12) });

const secondsOf = (span: string): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([dh])$/.exec(span) ?? [];
  if (count === '') {
    throw new SyncError('wrong-usage', '--expires takes days or hours, such as 90d or 12h.');
  }
  return Number(count) * (unit === 'd' ? 86_400 : 3_600);
};
