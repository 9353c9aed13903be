import * as vscode from 'vscode';
import { laneTitle, type BoardCard } from 'spec-kitty-sync/plans';
import { cellOf, LastTransitions, parseEnvelope, upcast, type BoardEvent } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import type { Plans } from './plans.js';
import type { Project } from './projects.js';
import type { SyncState } from './sync-state.js';

/** What a project's team tells through the hub: events of every machine, live while the window is there. */
export interface HubNews extends vscode.Disposable {
  /** The newest events that the hub has shown of a project, in the order of its log. */
  readonly events: (project: Project) => readonly BoardEvent[];
  /** The lane in which the team's log has a work package, where the files of this machine say otherwise. */
  readonly laneElsewhere: (project: Project, feature: string, card: BoardCard) => string | undefined;
}

interface Told {
  uuid: string;
  readonly newest: Map<string, BoardEvent>;
  readonly transitions: LastTransitions;
}

export const hubNewsOf = (clients: Clients, plans: Plans, state: SyncState): HubNews => {
  const all = new Map<Project, Told>();
  let account = NOBODY;
  let end = new AbortController();

  const tail = async (project: Project, told: Told, signal: AbortSignal): Promise<void> => {
    const client = await clients.of(project);
    const projectUuid = (await client.events.showIdentity.run(project.root.fsPath))?.project.uuid?.value;
    if (projectUuid === undefined) return;
    told.uuid = projectUuid;
    const { newest, transitions } = told;
    const onEvent = (document: unknown): void => {
      const parsed = parseEnvelope(document, 'foreign');
      if (!parsed.ok) return;
      const event = upcast(parsed.value);
      newest.set(event.event_id, event);
      if (newest.size > KEPT_EVENTS) newest.delete(newest.keys().next().value ?? '');
      transitions.hear(event);
      plans.announce(project, cellOf(event).feature);
    };
    await client.delivery.followEvents.run({ after: 0, projectUuid, onEvent }, signal);
  };

  /** Follows every project that is not followed yet; each look at the state is another try. */
  const listener = state.onDidChange((report) => {
    const present = JSON.stringify(report.account ?? '');
    // Another account is another history.
    if (present !== account) {
      end.abort();
      end = new AbortController();
      all.clear();
      account = present;
    }
    for (const project of account === NOBODY ? [] : plans.projects.all) {
      if (all.has(project)) continue;
      const told = { uuid: '', newest: new Map(), transitions: new LastTransitions() };
      all.set(project, told);
      // Without an identity, or while the hub shows nothing, there is nothing to follow.
      const forget = (): unknown => all.get(project) === told && all.delete(project);
      tail(project, told, end.signal).then(forget, forget);
    }
  });

  return {
    events: (project) => [...(all.get(project)?.newest.values() ?? [])],
    laneElsewhere: (project, feature, { workPackageId, lane }) => {
      const { uuid = '', transitions } = all.get(project) ?? {};
      const told = transitions?.laneOf({ project: uuid, feature, workPackage: workPackageId });
      if (told === undefined || told === lane) return undefined;
      return vscode.l10n.t('{0} at the hub', laneTitle(told));
    },
    dispose: () => {
      listener.dispose();
      end.abort();
    },
  };
};

/** No account, as it is compared. */
const NOBODY = JSON.stringify('');

/** Of a project, for its timelines; about a kilobyte each. */
const KEPT_EVENTS = 5000;
