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
    this.#timer = setInterval(() => void this.look(), PERIOD_MS);
    void this.#listen();
  }

  /** One look at a time; whoever asks meanwhile gets one that began later. */
  async look(): Promise<void> {
    if (this.#isLooking) {
      this.#isAgain = true;
      return;
    }
    this.#isLooking = true;
    try {
      do {
        this.#isAgain = false;
        const client = await this.client();
        if (client === undefined || this.#isDisposed) return;
        this.latest = await client.reports.getSyncStatus.run();
        if (!this.#isDisposed) this.#changed.fire(this.latest);
      } while (this.#isAgain);
    } catch {
      // The window was closed meanwhile, or the state root is not there for a moment: there is a next look.
    } finally {
      this.#isLooking = false;
    }
  }

  /** A client of any project: they all have the same state root. */
  async client(): Promise<Client | undefined> {
    const [project] = this.#projects.all;
    return project === undefined ? undefined : this.#clients.of(project);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearInterval(this.#timer);
    this.#bell?.close();
    this.#changed.dispose();
  }

  async #listen(): Promise<void> {
    await this.look();
    const bell = await (await (await this.client())?.port('doorbell'))?.watch(() => void this.look());
    if (this.#isDisposed) bell?.close();
    else this.#bell = bell;
  }
}

const PERIOD_MS = 3000;
