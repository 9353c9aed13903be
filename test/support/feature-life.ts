import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SequentialEventIds } from '../../src/adapters/memory/memory-host.js';
import { CommandLine } from './command-line.js';
import { DIFF, plainDiff } from './plain-diff.js';
import { corpusSeed } from './planning-documents.js';
import type { Document } from './project.js';

/** A feature of the corpus as it was planned: every work package back in `planned`, nothing else touched. */
export const plannedAgain = (number: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(corpusSeed(number)).map(([path, text]) => [
      path,
      path.includes('/tasks/') ? text.replace(/^(lane:\s*["']?)\w+/m, '$1planned') : text,
    ]),
  );

/**
 * One feature that goes through its life again: the whole program in this process, over real files and a real
 * repository, with a clock that goes a minute with every command and ids that count.
 */
export class FeatureLife {
  readonly cli: CommandLine;
  readonly #feature: string;
  readonly #ids = new SequentialEventIds();
  #nowMs = Date.UTC(2026, 2, 1, 12);
  readonly #told: string[] = [];
  readonly #events: string[] = [];

  /** `seed`: files by path. */
  constructor(feature: string, seed: Readonly<Record<string, string>>) {
    this.#feature = feature;
    this.cli = new CommandLine(seed);
  }

  /** Types of all captured events, in order. */
  get events(): readonly string[] {
    return this.#events;
  }

  /** Everything that {@link tell} has told. */
  get story(): string {
    return `${this.#told.join('\n\n')}\n`;
  }

  get head(): string {
    return this.cli.git.git('rev-parse', 'HEAD').trim();
  }

  /** Runs a command about the feature; the tree is clean afterwards, since every command commits what it changed. */
  async run(...argv: readonly string[]): Promise<Document> {
    this.#nowMs += 60_000;
    const { document } = await this.cli.run([...argv, '--feature', this.#feature, '--json'], {
      overrides: { wallClock: { nowMs: () => this.#nowMs }, eventIds: this.#ids },
    });
    if (document.error !== undefined) throw new Error(`${argv.join(' ')}: ${JSON.stringify(document.error)}`);
    this.#events.push(...document.events.map((event: Document) => event['event_type'] as string));
    expect(this.cli.git.git('status', '--porcelain')).toBe('');
    return document;
  }

  /** Runs a command and tells how it changed the planning documents. */
  async tell(...argv: readonly string[]): Promise<Document> {
    const before = this.head;
    const document = await this.run(...argv);
    this.note(`$ spec-kitty ${argv.join(' ')}`, this.changesSince(before));
    return document;
  }

  note(title: string, text: string): void {
    this.#told.push(text === '' ? title : `${title}\n${text}`);
  }

  /** How the planning documents differ from those of a commit; only those under `paths`, if there are any. */
  changesSince(commit: string, paths: readonly string[] = ['kitty-specs']): string {
    const diff = plainDiff(this.cli.git.git(...DIFF, commit, 'HEAD', '--', ...paths));
    return diff.trimEnd().replaceAll(`file kitty-specs/${this.#feature}/`, 'file ');
  }

  /** What an agent does: a file in the work tree, committed there. */
  work(worktree: string, id: string): void {
    writeFileSync(join(worktree, `${id}.txt`), `made by ${id}\n`);
    this.cli.git.gitIn(worktree, 'add', `${id}.txt`);
    this.cli.git.gitIn(worktree, 'commit', '--quiet', '-m', `Work on ${id}`);
  }

  /** Finalizes the feature in a fresh clone, as another user who has no journal of it. */
  async finalizeInClone(): Promise<Document> {
    const { git } = this.cli;
    const clone = join(git.place, 'clone');
    git.git('clone', '--quiet', git.root, clone);
    const args = ['agent', 'feature', 'finalize-tasks', '--feature', this.#feature, '--json'];
    const { document } = await this.cli.run(args, {
      cwd: clone,
      env: { SPEC_KITTY_HOME: join(git.place, 'other-state') },
    });
    expect(git.gitIn(clone, 'status', '--porcelain')).toBe('');
    return document as Document;
  }

  remove(): void {
    this.cli.remove();
  }
}
