import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CliOptions, CliResult } from './run-cli.js';
import { runHere } from './run-here.js';
import type { Sandbox } from './sandbox.js';

/** What `--json` printed. The tests say by their expectations what they believe to be in it. */
export type Document = Readonly<Record<string, any>>;

/** Writes files into a directory and commits all of them in a git repository there. */
export const makeRepository = async (
  sandbox: Sandbox,
  seed: Readonly<Record<string, string | Buffer>>,
  root = sandbox.project,
): Promise<void> => {
  for (const [path, content] of Object.entries(seed)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await sandbox.git(['init', '--quiet', '--initial-branch=main'], root);
  await sandbox.git(['add', '--all'], root);
  await sandbox.git(['commit', '--quiet', '--allow-empty', '-m', 'seed'], root);
};

/** The same with an identity: the repository as it is after `spec-kitty init`. */
export const makeProject = async (
  sandbox: Sandbox,
  seed: Readonly<Record<string, string | Buffer>>,
  root = sandbox.project,
): Promise<string> => {
  await makeRepository(sandbox, seed, root);
  const { project_uuid: uuid } = await succeed(sandbox, ['init'], { cwd: root });
  return uuid as string;
};

/** Runs a command with `--json`; whatever it answers is one document. */
export const ask = async (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
  run = runHere,
): Promise<CliResult & { readonly document: Document }> => {
  const result = await run(sandbox, [...args, '--json'], options);
  try {
    return { ...result, document: JSON.parse(result.stdout) as Document };
  } catch {
    throw new Error(
      `${args.join(' ')} printed no document (${result.code}): ${result.stdout}${result.stderr}`,
    );
  }
};

/** The same for a command that has to end with exit code 0. */
export const succeed = async (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
  run = runHere,
): Promise<Document> => {
  const { code, document, stdout, stderr } = await ask(sandbox, args, options, run);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return document;
};

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Password of every user whom the tests make, and of the user `ada` of the hub that misbehaves. */
export const PASSWORD = 'correct horse';

/** `auth login` as a script does it. */
export const signIn = (
  sandbox: Sandbox,
  url: string,
  { username = 'ada', password = PASSWORD }: Credentials = {},
  options: CliOptions = {},
): Promise<Document> =>
  succeed(sandbox, ['auth', 'login', '--server', url, '--username', username, '--password-stdin', '--yes'], {
    ...options,
    input: `${password}\n`,
  });

/** Adds a note to WP01, the cheapest command that emits; `commit` also makes the commit of a usual one. */
export const addNote = (sandbox: Sandbox, note = 'a note', options: CliOptions = {}): Promise<Document> =>
  succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', note, '--no-commit'], options);

/** So many notes, one after the other. */
export const addNotes = async (sandbox: Sandbox, count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push(...eventIdsOf(await addNote(sandbox, `note ${n}`)));
  return ids;
};

/** Ids of the events that a workflow command captured. */
export const eventIdsOf = ({ events = [] }: Document): readonly string[] =>
  (events as readonly { readonly event_id: string }[]).map(({ event_id: id }) => id);

/** Does the work for each item, so many at a time: as many processes as a small machine can bear. */
export const inParallel = async <T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
};
