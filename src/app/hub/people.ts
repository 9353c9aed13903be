import { SyncError } from '../../domain/errors.js';
import type {
  AccountStore,
  SessionChoice,
  SessionKind,
  SessionSummary,
  SessionTokens,
  UserSummary,
} from '../../ports/hub.js';

interface NewUser {
  readonly name: string;
  readonly password: string;
  readonly team: string;
}

interface NewToken {
  readonly user: string;
  /** The user's first team when it is not named. */
  readonly team: string | undefined;
  readonly lifetimeSeconds: number;
  readonly name: string | undefined;
}

/**
 * Who may sign in, and with what. Works beside a hub that serves the same data, which ends within a second what is taken
 * back here. Every method throws `input-invalid` for what cannot be, with the command that helps.
 */
export class People {
  readonly #accounts: AccountStore;

  constructor(accounts: AccountStore) {
    this.#accounts = accounts;
  }

  /** Makes a team; `local` is what events of nobody's team carry. */
  addTeam(slug: string): Promise<'added' | 'exists'> {
    if (!TEAM_SLUG.test(slug) || slug === 'local')
      throw invalid(
        `${quoted(slug)} cannot be the slug of a team.`,
        'Use lower-case letters, digits and hyphens, and not "local".',
      );
    return this.#accounts.addTeam(slug);
  }

  /** Every team with its members. */
  async teams(): Promise<readonly { readonly team: string; readonly members: readonly string[] }[]> {
    const users = await this.#accounts.users();
    return (await this.#accounts.teams()).map((team) => ({
      team,
      members: users.filter((user) => user.teams.includes(team)).map((user) => user.name),
    }));
  }

  async removeTeam(slug: string): Promise<void> {
    const answer = await this.#accounts.removeTeam(slug);
    if (answer === 'absent') throw noTeam(slug);
    if (answer === 'has-events')
      throw invalid(
        `The team ${slug} has events, which are its log.`,
        `Take its users out of it with: spec-kitty hub user leave NAME --team ${slug}`,
      );
  }

  /** Makes a user and a member of a team. */
  async addUser({ name: typed, password, team }: NewUser): Promise<void> {
    const name = typed.normalize('NFC');
    if (!USER_NAME.test(name))
      throw invalid(`${quoted(name)} cannot be a user name.`, 'Use 1 to 100 characters without white space.');
    checkPassword(password);
    if (!(await this.#accounts.teams()).includes(team)) throw noTeam(team);
    if ((await this.#accounts.addUser({ name, password })) === 'exists')
      throw invalid(
        `There is a user ${name} already; nothing was changed.`,
        `For one more team: spec-kitty hub user join ${name} --team ${team}. For another password: spec-kitty hub user password ${name}`,
      );
    await this.#accounts.addMember(team, name);
  }

  users(): Promise<readonly UserSummary[]> {
    return this.#accounts.users();
  }

  async removeUser(name: string): Promise<void> {
    if ((await this.#accounts.removeUser(name.normalize('NFC'))) === 'absent') throw noUser(name);
  }

  async setPassword(name: string, password: string): Promise<void> {
    checkPassword(password);
    const answer = await this.#accounts.setPassword(name.normalize('NFC'), password);
    if (answer === 'absent') throw noUser(name);
  }

  async join(name: string, team: string): Promise<'added' | 'exists'> {
    const answer = await this.#accounts.addMember(team, name.normalize('NFC'));
    if (answer === 'unknown-team') throw noTeam(team);
    if (answer === 'unknown-user') throw noUser(name);
    return answer;
  }

  async leave(name: string, team: string): Promise<void> {
    const answer = await this.#accounts.removeMember(team, name.normalize('NFC'));
    if (answer === 'absent') throw notThere(name, `a team ${quoted(team)}`);
  }

  async createToken({ user: typed, team: wanted, lifetimeSeconds, name }: NewToken): Promise<SessionTokens> {
    const user = typed.normalize('NFC');
    const team = wanted ?? (await this.#accounts.teamsOf(user))[0];
    if (team === undefined) throw notThere(user, 'any team');
    const issued = await this.#accounts.issueProgramToken(user, team, lifetimeSeconds, name);
    if (!issued.ok) throw notThere(user, `a team ${quoted(team)}`);
    return issued.value;
  }

  sessions(kind: SessionKind, user?: string): Promise<readonly SessionSummary[]> {
    return this.#accounts.sessions(kind, user?.normalize('NFC'));
  }

  /** Ends one, or all of a user; fails when that is none. */
  async endSessions(kind: SessionKind, which: SessionChoice): Promise<readonly SessionSummary[]> {
    const chosen = 'user' in which ? { user: which.user.normalize('NFC') } : which;
    const ended = await this.#accounts.endSessions(kind, chosen);
    if (ended.length > 0) return ended;
    const isDevice = kind === 'device';
    throw invalid(
      `No ${isDevice ? 'session' : 'token'} that is still open is called so.`,
      `See them with: ${isDevice ? 'spec-kitty hub session list' : 'spec-kitty hub token list'}`,
    );
  }
}

const TEAM_SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const USER_NAME = /^[^\s\p{Cc}\p{Cf}]{1,100}$/u;
const SHORTEST_PASSWORD = 8;

const quoted = (text: string): string => JSON.stringify(text);

const checkPassword = (password: string): void => {
  if (password.length < SHORTEST_PASSWORD)
    throw invalid(`The password has fewer than ${SHORTEST_PASSWORD} characters.`, 'Choose a longer one.');
};

const invalid = (message: string, hint: string): SyncError =>
  new SyncError('input-invalid', message, { hint });

const noTeam = (team: string): SyncError =>
  invalid(`There is no team ${quoted(team)}.`, `Make it with: spec-kitty hub team add ${team}`);

const noUser = (name: string): SyncError =>
  invalid(`There is no user ${quoted(name)}.`, 'See who is there with: spec-kitty hub user list');

const notThere = (name: string, team: string): SyncError =>
  invalid(`There is no user ${quoted(name)} in ${team}.`, 'See who is where with: spec-kitty hub team list');
