import { SyncError } from '../../../../domain/errors.js';
import type { HubSession, HubSessionKind } from '../../../compose/hub-parts.js';
import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { bold } from '../../render/text.js';
import { administering } from './hub.js';
import type { OfHub } from './hub.js';

interface NewToken extends OfHub {
  readonly user: string;
  readonly team: string | undefined;
  readonly name: string | undefined;
  readonly expires: string | undefined;
}

/** The commands about what people and programs are signed in with. */
export const tokenCreate = (context: CommandContext<NewToken>): Promise<Report> => {
  const lifetimeSeconds = secondsOf(context.args.expires ?? '90d');
  return administering(context, async (people, { user, team, name }) => {
    const { access, ...issued } = await people.createToken({ user, team, lifetimeSeconds, name });
    context.terminal.note(`Token of ${issued.user} for team ${issued.team}. It is shown this once:`);
    return {
      data: { token: access, user: issued.user, team: issued.team, lifetime_seconds: lifetimeSeconds },
      text: access,
    };
  });
};

interface Of extends OfHub {
  readonly user: string | undefined;
}

type Which = Of & { readonly id: string | undefined };

export const tokenList = (context: CommandContext<Of>): Promise<Report> => list(context, 'program');

export const tokenRevoke = (context: CommandContext<Which>): Promise<Report> => end(context, 'program');

export const sessionList = (context: CommandContext<Of>): Promise<Report> => list(context, 'device');

export const sessionEnd = (context: CommandContext<Which>): Promise<Report> => end(context, 'device');

const list = (context: CommandContext<Of>, kind: HubSessionKind): Promise<Report> =>
  administering(context, async (people, { user }) => {
    const sessions = await people.sessions(kind, user);
    return {
      data: { [NOUNS[kind]]: sessions.map(documentOfSession) },
      text: table(
        [
          { header: 'Id' },
          { header: 'User', flexible: true },
          { header: 'Team', flexible: true },
          { header: 'Name', flexible: true },
          { header: 'Until' },
        ],
        sessions.map((session) => [
          idOf(session),
          bold(session.user),
          session.team,
          session.name ?? '',
          new Date(session.expiresAtMs).toISOString().slice(0, 10),
        ]),
        context.terminal.width,
      ),
    };
  });

const end = (context: CommandContext<Which>, kind: HubSessionKind): Promise<Report> => {
  const { id, user } = context.args;
  if ((id === undefined) === (user === undefined)) {
    throw new SyncError('wrong-usage', 'Name either an id or a user.', {
      hint: 'The first column of the list has the ids; --user NAME stands for all of a user.',
    });
  }
  return administering(context, async (people) => {
    const ended = await people.endSessions(kind, id === undefined ? { user: user ?? '' } : { id });
    return {
      data: { ended: ended.map(documentOfSession) },
      text: ended.map((session) => `Ended ${idOf(session)} of ${session.user}.`).join('\n'),
    };
  });
};

const NOUNS = { device: 'sessions', program: 'tokens' } as const;

const idOf = (session: HubSession): string => session.sessionId.slice(0, 12);

const documentOfSession = (session: HubSession) => ({
  id: idOf(session),
  user: session.user,
  team: session.team,
  name: session.name ?? null,
  opened_at_ms: session.openedAtMs,
  expires_at_ms: session.expiresAtMs,
});

const secondsOf = (span: string): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([dh])$/.exec(span) ?? [];
  if (count === '') {
    throw new SyncError('wrong-usage', '--expires takes days or hours, such as 90d or 12h.');
  }
  return Number(count) * (unit === 'd' ? 86_400 : 3_600);
};
