import * as vscode from 'vscode';
import {
  boardView,
  listPlans,
  readPlan,
  type BoardCard,
  type BoardView,
  type PlanSource,
  type ReadPlan,
} from 'spec-kitty-sync/plans';
import type { Project, Projects, Target } from './projects.js';

/** What only a host knows that may run the package; a browser, or a window without trust, has none of it. */
export interface Hands {
  readonly worktree: (target: Target) => Promise<vscode.Uri | undefined>;
  /** What another machine says of a work package, where that differs. */
  readonly elsewhere: (project: Project, feature: string, card: BoardCard) => string | undefined;
}

/** A feature of a project, and what its plan said when it was last read; absent while the folder is no feature. */
export interface PlanAt {
  readonly project: Project;
  readonly feature: string;
  readonly last?: ReadPlan | undefined;
}

interface Known extends PlanAt {
  last?: ReadPlan | undefined;
  /** Absent when a file has changed since. */
  reading?: Promise<ReadPlan | undefined> | undefined;
  /** What it says, so that nothing is drawn again because of a file that says the same: a menu would close. */
  shown: string;
}

/**
 * The plans of all projects as their files say, read through `workspace.fs` by the package's own reader: when somebody asks
 * for them, when a file changes, and else one after the other. A watcher may miss something, so a window that gets the
 * focus looks again.
 */
export class Plans implements vscode.Disposable {
  readonly projects: Projects;
  readonly #known = new Map<string, Known>();
  /** What changed and was not read since. */
  readonly #due = new Set<Known>();
  readonly #changed = new vscode.EventEmitter<PlanAt>();
  readonly #listener: vscode.Disposable;
  #watchers = vscode.Disposable.from();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sweep = 0;
  /** Absent while nothing can be moved. */
  hands: Hands | undefined;
  /** A plan says something else than before, or somebody else says something of it. */
  readonly onDidChange = this.#changed.event;

  constructor(projects: Projects) {
    this.projects = projects;
    this.#listener = vscode.Disposable.from(
      projects.onDidChange(() => this.#watch()),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refresh()),
    );
  }

  /** Everything that is known now. */
  get all(): readonly PlanAt[] {
    return [...this.#known.values()];
  }

  /** Names of the folders that may be features, ascending. */
  features(project: Project): Promise<readonly string[]> {
    return listPlans(sourceOf(project));
  }

  /** The plan of a feature; `undefined` where the folder is none. Read once, until something changes. */
  plan(project: Project, feature: string): Promise<ReadPlan | undefined> {
    return this.#read(this.#about(project, feature));
  }

  /** The plan as it was last read, for whoever cannot wait; it may be a moment old. */
  lastRead(project: Project, feature: string): ReadPlan | undefined {
    return this.#about(project, feature).last;
  }

  /** A plan as tree and board show it, with what other machines say of it. */
  view(project: Project | undefined, feature: string, plan: ReadPlan | undefined): BoardView {
    const elsewhere = (card: BoardCard) => project && this.hands?.elsewhere(project, feature, card);
    return boardView(feature, plan, { nowMs: Date.now(), canMove: this.hands !== undefined, elsewhere });
  }

  /** From now on work packages can be moved; everything that is shown says so. */
  takeHands(hands: Hands): void {
    this.hands = hands;
    for (const known of this.#known.values()) this.#changed.fire(known);
  }

  /** Reads everything again, one feature after the other. */
  async refresh(): Promise<void> {
    const sweep = ++this.#sweep;
    for (const project of this.projects.all) {
      for (const feature of await this.features(project)) {
        const about = this.#about(project, feature);
        about.reading = undefined;
        await this.#read(about).catch(ignore);
        if (sweep !== this.#sweep) return;
      }
    }
  }

  /** Its files have changed, as a watcher heard, or as work in this window left them. */
  reread(project: Project, feature: string): void {
    const known = this.#about(project, feature);
    known.reading = undefined;
    this.#gather(known);
  }

  /** Somebody told something of a feature that is not in its files. */
  announce(project: Project, feature: string): void {
    const known = this.#about(project, feature);
    if (known.last !== undefined) known.shown = '';
    this.#gather(known);
  }

  dispose(): void {
    this.#sweep = -1;
    clearTimeout(this.#timer);
    for (const each of [this.#watchers, this.#listener, this.#changed]) each.dispose();
  }

  #about(project: Project, feature: string): Known {
    const key = `${project.root.toString()}\n${feature}`;
    const known = this.#known.get(key) ?? { project, feature, shown: NOTHING };
    this.#known.set(key, known);
    return known;
  }

  #read(known: Known): Promise<ReadPlan | undefined> {
    if (known.reading !== undefined) return known.reading;
    const reading = readPlan(sourceOf(known.project), known.feature);
    known.reading = reading;
    reading.then(
      (plan) => {
        if (known.reading !== reading) return;
        known.last = plan;
        this.#show(known);
      },
      () => (known.reading = undefined),
    );
    return reading;
  }

  #show(known: Known): void {
    const shown = JSON.stringify(known.last ?? null);
    if (known.shown === shown) return;
    known.shown = shown;
    this.#changed.fire(known);
  }

  /**
   * The folder itself is watched, wherever the project lies: of a work tree that is outside of the workspace. A watcher does
   * not tell when it has begun; what changes before is found by looking again.
   */
  #watch(): void {
    this.#watchers.dispose();
    const watchers = this.projects.all.map((project) => {
      const pattern = new vscode.RelativePattern(project.root, 'kitty-specs/**');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const heard = ({ path }: vscode.Uri): void => {
        const [feature = ''] = path.slice(`${project.root.path}/kitty-specs/`.length).split('/');
        if (feature === '') void this.refresh();
        else this.reread(project, feature);
      };
      const listeners = [watcher.onDidChange(heard), watcher.onDidCreate(heard), watcher.onDidDelete(heard)];
      return vscode.Disposable.from(watcher, ...listeners);
    });
    const looks = [0, 5000, 30_000].map((ms) => setTimeout(() => void this.refresh(), ms));
    this.#watchers = vscode.Disposable.from(...watchers, { dispose: () => looks.forEach(clearTimeout) });
    this.#known.clear();
  }

  /** Changes come in crowds; each plan is read once for all of them, and waits for no other one. */
  #gather(known: Known): void {
    this.#due.add(known);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const each of this.#due) void this.#read(each).then(() => this.#show(each), ignore);
      this.#due.clear();
    }, GATHER_MS);
  }
}

const GATHER_MS = 60;
/** What cannot be read is read again when the next one asks. */
const ignore = (): void => undefined;
/** What the plan of no feature says. */
const NOTHING = JSON.stringify(null);

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
