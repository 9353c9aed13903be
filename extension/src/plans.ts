import * as vscode from 'vscode';
import { listPlans, readPlan, type PlanSource, type ReadPlan } from 'spec-kitty-sync/plans';
import type { Project, Projects } from './projects.js';

/** What is to be shown anew: a feature, or, without one, everything of the project. */
export interface PlanChange {
  readonly project: Project;
  readonly feature?: string;
}

/**
 * The plans of all projects as their files say, read through `workspace.fs` by the package's own reader and kept until a
 * file changes. A watcher may miss something, so a window that gets the focus looks again.
 */
export class Plans implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #changed = new vscode.EventEmitter<readonly PlanChange[]>();
  readonly #plans = new Map<string, Promise<ReadPlan | undefined>>();
  readonly #read = new Map<string, ReadPlan>();
  readonly #disposables: vscode.Disposable[];
  #watchers: vscode.Disposable[] = [];
  /** Features with news that nobody was told of yet; the empty name stands for all of them. */
  readonly #news = new Map<Project, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What each plan says, so that nothing is drawn again because of a file that says the same: a menu would close. */
  readonly #shown = new Map<string, string>();
  readonly #different = new vscode.EventEmitter<Required<PlanChange>>();
  readonly onDidChange = this.#changed.event;
  /** A feature was read, and says something else than before. */
  readonly onDidRead = this.#different.event;

  constructor(projects: Projects) {
    this.#projects = projects;
    this.#disposables = [
      projects.onDidChange(() => this.#watch()),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.refresh();
      }),
    ];
    this.#watch();
  }

  /** Names of the folders that may be features, ascending. */
  features(project: Project): Promise<readonly string[]> {
    return listPlans(sourceOf(project));
  }

  /** The plan of a feature; `undefined` where the folder is none. Read once, until something changes. */
  plan(project: Project, feature: string): Promise<ReadPlan | undefined> {
    const key = keyOf(project, feature);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const reading = readPlan(sourceOf(project), feature);
    this.#plans.set(key, reading);
    reading.then(
      (plan) => {
        if (this.#plans.get(key) !== reading) return;
        if (plan === undefined) this.#read.delete(key);
        else this.#read.set(key, plan);
        const shown = JSON.stringify(plan ?? null);
        if (this.#shown.get(key) === shown) return;
        this.#shown.set(key, shown);
        this.#different.fire({ project, feature });
      },
      () => this.#plans.delete(key),
    );
    return reading;
  }

  /** The plan as it was last read, for whoever cannot wait; it may be a moment old. */
  lastRead(project: Project, feature: string): ReadPlan | undefined {
    return this.#read.get(keyOf(project, feature));
  }

  /** Everything is read again when it is next asked for. */
  refresh(): void {
    for (const project of this.#projects.all) this.#touch(project, '');
  }

  /** Somebody told something of a feature that is not in its files; it is shown anew. */
  announce(project: Project, feature: string): void {
    this.#shown.delete(keyOf(project, feature));
    this.#touch(project, feature);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const each of [...this.#watchers, ...this.#disposables, this.#changed, this.#different])
      each.dispose();
  }

  /** The folder itself is watched, wherever the project lies: of a work tree that is outside of the workspace. */
  #watch(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = this.#projects.all.map((project) => {
      const pattern = new vscode.RelativePattern(project.root, 'kitty-specs/**');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const heard = ({ path }: vscode.Uri): void => {
        const [feature = ''] = path.slice(`${project.root.path}/kitty-specs/`.length).split('/');
        this.#touch(project, feature);
      };
      return vscode.Disposable.from(
        watcher,
        watcher.onDidChange(heard),
        watcher.onDidCreate(heard),
        watcher.onDidDelete(heard),
      );
    });
    this.#plans.clear();
    this.refresh();
  }

  /** Changes come in crowds; whoever shows them is told once. */
  #touch(project: Project, feature: string): void {
    const key = keyOf(project, feature);
    for (const each of this.#plans.keys())
      if (each === key || (feature === '' && each.startsWith(key))) this.#plans.delete(each);
    this.#news.set(project, (this.#news.get(project) ?? new Set()).add(feature));
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    const changes = [...this.#news].flatMap(([project, features]) =>
      features.has('') ? [{ project }] : [...features].map((feature): PlanChange => ({ project, feature })),
    );
    this.#news.clear();
    this.#changed.fire(changes);
  }
}

const GATHER_MS = 60;

/** A newline is in no path of a URI. */
const keyOf = (project: Project, feature: string): string => `${project.root.toString()}\n${feature}`;

/** The documents of a project through the editor's own way to files, which reaches virtual ones as well. */
const sourceOf = ({ root }: Project): PlanSource => ({
  entries: async (folder) => {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(root, folder)).then(
      (found) => found,
      () => [],
    );
    const plain = entries.filter(([, type]) => (type & vscode.FileType.SymbolicLink) === 0);
    return plain.map(([name, type]) => ({ name, isFolder: type === vscode.FileType.Directory }));
  },
  text: async (path) =>
    new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(root, path))),
});

export type { ReadPlan };
