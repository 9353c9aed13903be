import * as vscode from 'vscode';
import { laneTitle, type BoardCard } from 'spec-kitty-sync/plans';
import { cellOf, LastTransitions, parseEnvelope, upcast, type BoardEvent } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import type { Plans } from './plans.js';
import type { Project, Projects } from './projects.js';
import type { SyncState } from './sync-state.js';

/** What a project's team tells through the hub: events of every machine, live while the window is there. */
export class HubNews implements vscode.Disposable {
  readonly #clients: Clients;
  readonly #projects: Projects;
  readonly #plans: Plans;
  readonly #listener: vscode.Disposable;
  readonly #followed = new Map<Project, Followed>();
  /** Whose hub is followed; another account is another history. */
  #account = '';

  constructor(clients: Clients, projects: Projects, plans: Plans, state: SyncState) {
    this.#clients = clients;
    this.#projects = projects;
    this.#plans = plans;
    this.#listener = vscode.Disposable.from(
      state.onDidChange(({ account }) => this.#follow(account === undefined ? '' : JSON.stringify(account))),
      projects.onDidChange(() => this.#follow(this.#account)),
    );
  }

  /** The newest events that the hub has shown of a project, in the order of its log. */
  events(project: Project): readonly BoardEvent[] {
    return [...(this.#followed.get(project)?.newest.values() ?? [])];
  }

  /** The lane in which the team's log has a work package, where the files of this machine say otherwise. */
  laneElsewhere(project: Project, feature: string, card: BoardCard): string | undefined {
    const followed = this.#followed.get(project);
    const cell = { project: followed?.uuid ?? '', feature, workPackage: card.workPackageId };
    const told = followed?.transitions.laneOf(cell);
    return told === undefined || told === card.lane
      ? undefined
      : vscode.l10n.t('{0} at the hub', laneTitle(told));
  }

  dispose(): void {
    this.#listener.dispose();
    for (const { abort } of this.#followed.values()) abort.abort();
  }

  #follow(account: string): void {
    const isOther = account !== this.#account;
    this.#account = account;
    for (const [project, { abort }] of this.#followed) {
      if (!isOther && this.#projects.all.includes(project)) continue;
      abort.abort();
      this.#followed.delete(project);
    }
    if (account === '') return;
    for (const project of this.#projects.all) {
      if (this.#followed.has(project)) continue;
      const followed = {
        uuid: '',
        newest: new Map<string, BoardEvent>(),
        transitions: new LastTransitions(),
        abort: new AbortController(),
      };
      this.#followed.set(project, followed);
      // Without an identity, or while the hub shows nothing, there is nothing to follow; the next look is another try.
      const forget = (): void => {
        if (this.#followed.get(project) === followed) this.#followed.delete(project);
      };
      void this.#tail(project, followed).then(forget, forget);
    }
  }

  async #tail(project: Project, followed: Followed): Promise<void> {
    const client = await this.#clients.of(project);
    const projectUuid = (await client.events.showIdentity.run(project.root.fsPath))?.project.uuid?.value;
    if (projectUuid === undefined) return;
    followed.uuid = projectUuid;
    const onEvent = (told: unknown): void => {
      const parsed = parseEnvelope(told, 'foreign');
      if (!parsed.ok) return;
      const event = upcast(parsed.value);
      followed.newest.set(event.event_id, event);
      if (followed.newest.size > KEPT_EVENTS)
        followed.newest.delete(followed.newest.keys().next().value ?? '');
      followed.transitions.hear(event);
      this.#plans.announce(project, cellOf(event).feature);
    };
    await client.delivery.followEvents.run({ after: 0, projectUuid, onEvent }, followed.abort.signal);
  }
}

/** Of a project, for its timelines; about a kilobyte each. */
const KEPT_EVENTS = 5000;

interface Followed {
  uuid: string;
  readonly newest: Map<string, BoardEvent>;
  readonly transitions: LastTransitions;
  readonly abort: AbortController;
}
