import { DEFAULT_SESSION_POLICY, type SessionPolicy } from '../../domain/hub/session-policy.js';
import type { WallClock } from '../../ports/host.js';
import type { AccountStore, Secrets } from '../../ports/hub.js';
import { type HubDatabase, orStorageFailed, orStorageFails, settle } from './hub-database.js';
import { SqlPeople } from './sql-people.js';
import { SqlSessions } from './sql-sessions.js';
import { SqlSignIns } from './sql-sign-ins.js';

interface AccountDependencies {
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy?: SessionPolicy | undefined;
}

/** Accounts in the hub's own database, beside the events, whose store closes it. Its tables have to be up to date. */
export const openAccountStore = async (
  database: HubDatabase,
  { secrets, clock, policy = DEFAULT_SESSION_POLICY }: AccountDependencies,
): Promise<AccountStore> => {
  const hubSecret = await orStorageFailed('give its secret', () =>
    settle(database.writes, 'token-secret', () => secrets.token()),
  );
  const nobodysHash = await secrets.hashPassword(secrets.token());
  const needs = { database, secrets, clock, policy, hubSecret, nobodysHash };
  const sessions = new SqlSessions(needs);
  const people = new SqlPeople(needs, sessions);
  return {
    ...orStorageFails(people, {
      addTeam: 'add the team',
      teams: 'list teams',
      removeTeam: 'remove the team',
      users: 'list users',
      addUser: 'add the user',
      removeUser: 'remove the user',
      setPassword: 'change the password',
      addMember: 'add the member',
      removeMember: 'remove the member',
      teamsOf: 'list teams',
    }),
    ...orStorageFails(sessions, {
      rotate: 'renew the session',
      revoke: 'end the session',
      sessions: 'list sessions',
      endSessions: 'end sessions',
      revision: 'say what was taken back',
      issueLiveToken: 'issue a token',
      identify: 'look up the token',
      openLive: 'open the connection',
      prune: 'forget old sessions',
    }),
    ...orStorageFails(new SqlSignIns(needs, people, sessions), {
      prove: 'look up the user',
      signIn: 'open a session',
      issueProgramToken: 'open a session',
      askForDevice: 'remember the device',
      agreeToDevice: 'let the device in',
      redeemDevice: 'let the device in',
      mintSetupCode: 'keep the code',
      spendSetupCode: 'look up the code',
      takeTurn: 'count an attempt',
      giveTurnBack: 'count an attempt',
    }),
  };
};
