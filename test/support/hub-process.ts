import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, PASSWORD, succeed } from './project.js';
import { startCli } from './run-cli.js';
import { createSandbox } from './sandbox.js';

/** An event as the hub has it. */
export interface StoredEvent {
  readonly sequence: number;
  readonly event: Readonly<Record<string, any>>;
}

/** A hub in a process of its own, `hub serve` of the built program, with the team `acme` and its user `ada`. */
export interface HubProcess {
  readonly url: string;
  readonly pid: number;
  /** Its data directory. */
  readonly data: string;
  /** Adds a team with one user whose password is {@link PASSWORD}. */
  addUser(username: string, team: string): Promise<void>;
  /** What is stored for the team of a user, in the order of arrival; of one project when it is named. */
  events(project?: string, username?: string): Promise<readonly StoredEvent[]>;
  /** Ends it in order and removes its data; fails when it does not end with exit code 0. */
  stop(): Promise<void>;
}

/** `copyOf`: begins with what is in another hub's data directory, its id included. */
export const startHubProcess = async (
  serveOptions: readonly string[] = [],
  copyOf?: string,
): Promise<HubProcess> => {
  const sandbox = await createSandbox();
  const directory = join(sandbox.directory, 'hub');
  const data = ['--data', directory];
  if (copyOf !== undefined) await cp(copyOf, directory, { recursive: true });
  const addUser = async (username: string, team: string): Promise<void> => {
    await ask(sandbox, ['hub', 'team', 'add', team, ...data]);
    await succeed(sandbox, ['hub', 'user', 'add', username, '--team', team, '--password-stdin', ...data], {
      input: `${PASSWORD}\n`,
    });
  };
  if (copyOf === undefined) await addUser('ada', 'acme');
  const serving = startCli(sandbox, ['hub', 'serve', '--port', '0', ...serveOptions, ...data]);
  const [, url = ''] = await serving.waitFor(/The hub is at (https?:\S+)/);
  return {
    url,
    pid: serving.pid,
    data: directory,
    addUser,
    events: (project, username = 'ada') => eventsAt(url, username, project),
    stop: async () => {
      const { code, stderr } = await serving.kill();
      await sandbox.dispose();
      if (code !== 0) throw new Error(`The hub ended with ${code}: ${stderr}`);
    },
  };
};

/** One hub for the tests of a file. */
export const sharedHubProcess = (): Omit<HubProcess, 'stop'> => {
  let hub: HubProcess | undefined;
  beforeAll(async () => {
    hub = await startHubProcess();
  });
  afterAll(() => hub?.stop());
  return {
    get url() {
      return hub!.url;
    },
    get pid() {
      return hub!.pid;
    },
    get data() {
      return hub!.data;
    },
    addUser: (username, team) => hub!.addUser(username, team),
    events: (project, username) => hub!.events(project, username),
  };
};

const eventsAt = async (
  url: string,
  username: string,
  project: string | undefined,
): Promise<readonly StoredEvent[]> => {
  const access = await tokenOf(url, username);
  const of = project === undefined ? '' : `&project=${project}`;
  const stored: StoredEvent[] = [];
  for (let after = 0, more = true; more;) {
    const response = await fetch(`${url}/api/v1/events/?after=${after}&limit=500${of}`, {
      headers: { authorization: `Bearer ${access}`, connection: 'close' },
    });
    if (!response.ok) throw new Error(`The hub answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { events: StoredEvent[]; next: number; more: boolean };
    stored.push(...page.events);
    ({ next: after, more } = page);
  }
  return stored;
};

const tokens = new Map<string, string>();

/** Signing in costs a password hash at full price; once for each user is enough. */
/** An access token of a user. */
export const tokenOf = async (url: string, username: string): Promise<string> => {
  const key = `${url} ${username}`;
  const known = tokens.get(key);
  if (known !== undefined) return known;
  const response = await fetch(`${url}/api/v1/token/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`The hub answered ${response.status}: ${await response.text()}`);
  const { access } = (await response.json()) as { access: string };
  tokens.set(key, access);
  return access;
};
