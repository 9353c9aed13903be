import * as vscode from 'vscode';
import type { Client } from 'spec-kitty-sync';
import type { Clients } from './clients.js';
import type { Projects } from './projects.js';

export type SyncReport = Awaited<ReturnType<Client['reports']['getSyncStatus']['run']>>;

/**
 * What is known of delivery, worked out from the records: when something is captured or decided, by whatever process, and
 * every few seconds, since what a hub says changes no file that is watched.
 */
export class SyncState implements vscode.Disposable {
  readonly #clients: Clients;
  readonly #projects: Projects;
  readonly #changed = new vscode.EventEmitter<SyncReport>();
  readonly #listener: vscode.Disposable;
  readonly #timer: ReturnType<typeof setInterval>;
  #bell: { close(): void } | undefined;
  #isLooking = false;
  #isAgain = false;
  #isDisposed = false;
  latest: SyncReport | undefined;
  readonly onDidChange = this.#changed.event;

  constructor(clients: Clients, projects: Projects) {
    this.#clients = clients;
    this.#projects = projects;
    this.#listener = projects.onDidChange(() => void this.look());
    this.#timer = setInterval(() => void this.look(), PERIOD_MS);
    void this.look();
  }

  /** One look at a time; whoever asks meanwhile gets one that began later. */
  async look(): Promise<void> {
    this.#isAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#isAgain && !this.#isDisposed) {
        this.#isAgain = false;
        const client = await this.client();
        if (client === undefined) continue;
        this.#bell ??= await (await client.port('doorbell')).watch(() => void this.look());
        this.latest = await client.reports.getSyncStatus.run();
        this.#changed.fire(this.latest);
      }
    } catch {
      // The window was closed meanwhile, or the state root is not there for a moment: there is a next look.
    } finally {
      this.#isLooking = false;
      if (this.#isDisposed) this.#bell?.close();
    }
  }

  /** A client of any project: they all have the same state root. */
  async client(): Promise<Client | undefined> {
    const [project] = this.#projects.all;
    return project === undefined ? undefined : this.#clients.of(project);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#listener.dispose();
    clearInterval(this.#timer);
    this.#bell?.close();
    this.#changed.dispose();
  }
}

const PERIOD_MS = 3000;
