import * as vscode from 'vscode';
import { laneTitle, type BoardCard } from 'spec-kitty-sync/plans';
import { BoardProjection, parseEnvelope, upcast, type BoardEvent } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import type { Project, Projects } from './projects.js';
import type { SyncState } from './sync-state.js';

/** What a project's team tells through the hub: events of every machine, live while the window is there. */
export class HubNews implements vscode.Disposable {
  readonly #clients: Clients;
  readonly #projects: Projects;
  readonly #heard = new vscode.EventEmitter<{ readonly project: Project; readonly feature: string }>();
  readonly #listener: vscode.Disposable;
  readonly #known = new Map<string, Followed>();
  /** Whose hub is followed; another account is another history. */
  #account = '';
  readonly onDidHear = this.#heard.event;

  constructor(clients: Clients, projects: Projects, state: SyncState) {
    this.#clients = clients;
    this.#projects = projects;
    this.#listener = vscode.Disposable.from(
      state.onDidChange(
        ({ account }) => void this.#follow(account === undefined ? '' : JSON.stringify(account)),
      ),
      projects.onDidChange(() => void this.#follow(this.#account)),
    );
  }

  /** Every event that the hub has shown of a project, in no order. */
  events(project: Project): readonly BoardEvent[] {
    return [...(this.#known.get(project.root.toString())?.events.values() ?? [])];
  }

  /** The lane in which the team's log has a work package, where the files of this machine say otherwise. */
  laneElsewhere(project: Project, feature: string, card: BoardCard): string | undefined {
    const followed = this.#known.get(project.root.toString());
    const [board] = followed?.board.board(followed.uuid, feature) ?? [];
    const told = board?.work_packages.find(({ wp_id: id }) => id === card.workPackageId)?.lane;
    return told == null || told === card.lane ? undefined : vscode.l10n.t('{0} at the hub', laneTitle(told));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#heard.dispose();
    for (const { abort } of this.#known.values()) abort.abort();
  }

  async #follow(account: string): Promise<void> {
    const isOther = account !== this.#account;
    this.#account = account;
    for (const [key, { abort }] of this.#known) {
      const isGone = !this.#projects.all.some(({ root }) => root.toString() === key);
      if (!isOther && !isGone) continue;
      abort.abort();
      this.#known.delete(key);
    }
    if (account === '') return;
    for (const project of this.#projects.all) {
      const key = project.root.toString();
      if (this.#known.has(key)) continue;
      const followed: Followed = {
        uuid: '',
        events: new Map(),
        board: new BoardProjection(),
        abort: new AbortController(),
      };
      this.#known.set(key, followed);
      // Without an identity, or while the hub shows nothing, there is nothing to follow; the next look is another try.
      void this.#tail(project, followed).catch(() => {
        if (this.#known.get(key) === followed) this.#known.delete(key);
      });
    }
  }

  async #tail(project: Project, followed: Followed): Promise<void> {
    const client = await this.#clients.of(project);
    const uuid = (await client.events.showIdentity.run(project.root.fsPath))?.project.uuid?.value;
    if (uuid === undefined) {
      this.#known.delete(project.root.toString());
      return;
    }
    followed.uuid = uuid;
    await client.delivery.followEvents.run(
      {
        after: 0,
        projectUuid: uuid,
        onEvent: (told) => {
          const parsed = parseEnvelope(told, 'foreign');
          if (!parsed.ok || followed.events.has(parsed.value.event_id)) return;
          const event: BoardEvent = upcast(parsed.value);
          followed.events.set(event.event_id, event);
          const { feature } = followed.board.add(event);
          this.#heard.fire({ project, feature });
        },
      },
      followed.abort.signal,
    );
  }
}

interface Followed {
  uuid: string;
  readonly events: Map<string, BoardEvent>;
  readonly board: BoardProjection;
  readonly abort: AbortController;
}
