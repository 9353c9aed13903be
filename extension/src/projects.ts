import * as vscode from 'vscode';

/** A project of the workspace: where its plan lies, and the folders that show it. */
export interface Project {
  /** Where `kitty-specs` is: of a work tree, the main checkout. */
  readonly root: vscode.Uri;
  readonly name: string;
}

/** What an action is about. */
export interface Target {
  readonly project: Project;
  readonly feature: string;
  readonly workPackageId: string;
}

/** A file of a feature's plan. */
export interface PlanPlace {
  readonly project: Project;
  readonly feature: string;
  /** Relative to the project root, with `/`. */
  readonly path: string;
}

/** Finds the root of the project that a folder is, or lies in; `undefined` where there is none. */
export type RootOf = (folder: vscode.Uri) => Promise<vscode.Uri | undefined>;

/** The projects of the window. Two folders of one project, such as a checkout and a work tree of it, are one project. */
export class Projects implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listener = vscode.workspace.onDidChangeWorkspaceFolders(() => void this.find());
  readonly #rootOf: RootOf;
  all: readonly Project[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(rootOf: RootOf) {
    this.#rootOf = rootOf;
  }

  /** Looks at all folders again; tells when something is different. */
  async find(): Promise<void> {
    const looking = (vscode.workspace.workspaceFolders ?? []).map(async ({ uri, name }) => {
      const root = await this.#rootOf(uri);
      return root && (this.named(root.toString()) ?? { root, name });
    });
    const found = new Map<string, Project>();
    for (const project of await Promise.all(looking)) {
      const root = project?.root.toString() ?? '';
      if (project !== undefined && !found.has(root)) found.set(root, project);
    }
    const all = [...found.values()];
    if (all.length === this.all.length && all.every((project) => this.all.includes(project))) return;
    this.all = all;
    this.#changed.fire();
  }

  /** The project of this root. */
  named(root: string): Project | undefined {
    return this.all.find((project) => project.root.toString() === root);
  }

  /** The feature that a file belongs to, if it is part of a plan. */
  placeOf({ scheme, path: whole }: vscode.Uri): PlanPlace | undefined {
    for (const project of this.all) {
      const root = `${project.root.path.replace(/\/$/, '')}/`;
      const path = scheme === project.root.scheme && whole.startsWith(root) ? whole.slice(root.length) : '';
      const feature = /^kitty-specs\/([^/]+)\//.exec(path)?.[1];
      if (feature !== undefined) return { project, feature, path };
    }
    return undefined;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }
}

/** A folder is a project by what lies in it: what a host without Node, or without trust, goes by. */
export const rootByContents: RootOf = async (folder) => {
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (found) => found,
    () => [],
  );
  return entries.some(([name]) => name === 'kitty-specs' || name === '.kittify') ? folder : undefined;
};
