import { BROWSER, ENDED, SESSION_ID, SESSIONS, SIGN_IN } from '../../domain/hub/api.js';
import type { AccountStore, Bearer, SessionKind, SessionSummary } from '../../ports/hub.js';
import { audit, shortId } from './audit.js';
import { BrowserCookie } from './browser-cookie.js';
import { problem } from './problem.js';
import { json, jsonOf, refuse, type Route } from './route.js';
import { requestOf, SIGN_IN_REFUSALS } from './sign-in-desk.js';
import { readFields, taking } from './request-body.js';
import { endSession, type Office } from './token-api.js';

/** Signing a browser in and out, and what a person may see and end of their own sign-ins. */
export const browserRoutes = (
  accounts: AccountStore,
  hubId: string,
  { desk, log }: Office,
): readonly Route[] => {
  const cookie = new BrowserCookie(hubId);
  return [
    {
      method: 'POST',
      path: '/api/v1/session/',
      summary: 'Signs a browser in: the session is a cookie that scripts cannot read.',
      answers: jsonOf(BROWSER),
      refuses: SIGN_IN_REFUSALS,
      ...taking(SIGN_IN, async (fields, { address, base }) => {
        const credentials = requestOf({ device: 'browser', ...fields });
        const caller = { username: fields.username, address, purpose: 'browser' };
        const signedIn = await desk.check(caller, () => accounts.signIn(credentials));
        if (!signedIn.ok) return refuse(signedIn.error);
        const { user, team } = signedIn.value;
        return json({ username: user, team_slug: team }, { 'set-cookie': cookie.give(signedIn.value, base) });
      }),
    },
    {
      method: 'POST',
      path: '/api/v1/session/end/',
      summary: 'Ends the session of the browser that asks, and takes its cookie away.',
      answers: jsonOf(ENDED),
      refuses: ['storage-failed'],
      open: async ({ cookies, address, base }) => {
        await endSession(accounts, cookie.read(cookies)?.refresh ?? '', address, log);
        return json({ ended: true }, { 'set-cookie': cookie.take(base) });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/sessions/',
      summary: 'Lists the devices and tokens with which the bearer is signed in.',
      answers: jsonOf(SESSIONS),
      bearer: async (_request, bearer) => {
        const lists = await Promise.all(KINDS.map((kind) => accounts.sessions(kind, bearer.user)));
        return json({
          sessions: lists.flatMap((list, at) =>
            list.map((session) => sessionBody(session, KINDS[at] ?? 'device', bearer)),
          ),
        });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/sessions/end/',
      summary: 'Ends one device or token of the bearer, by its id.',
      body: SESSION_ID,
      answers: jsonOf(ENDED),
      refuses: ['not-found'],
      bearer: async (request, bearer) => {
        const fields = await readFields(request, SESSION_ID);
        if (!fields.ok) return refuse(fields.error);
        const { id } = fields.value;
        for (const kind of KINDS) {
          const own = await accounts.sessions(kind, bearer.user);
          if (!own.some((session) => session.sessionId === id)) continue;
          await accounts.endSessions(kind, { id });
          const { user, team } = bearer;
          audit(log, 'session-ended', { user, team, session: shortId(id), address: request.address });
          return json({ ended: true });
        }
        return refuse(problem('not-found', 'You have no such session.'));
      },
    },
  ];
};

const KINDS: readonly SessionKind[] = ['device', 'program'];

const sessionBody = (session: SessionSummary, kind: SessionKind, bearer: Bearer) => ({
  id: session.sessionId,
  kind,
  name: session.name ?? null,
  team_slug: session.team,
  opened_at: new Date(session.openedAtMs).toISOString(),
  expires_at: new Date(session.expiresAtMs).toISOString(),
  current: session.sessionId === bearer.sessionId,
});
