import * as vscode from 'vscode';
import { timelineOf, type TimelineEntry } from 'spec-kitty-sync/domain';
import type { Clients } from './clients.js';
import type { HubNews } from './hub-news.js';
import type { Projects, Target } from './projects.js';

/**
 * What happened to a work package, from the local journal and, signed in, from the hub: a text, so that it is read,
 * searched and copied as every other one is.
 */
export const timelinesIn = (clients: Clients, projects: Projects, news: HubNews) => {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const textOf = async ({ query }: vscode.Uri): Promise<string> => {
    const [root = '', feature = '', workPackageId = ''] = JSON.parse(query) as readonly string[];
    const project = projects.named(root);
    if (project === undefined) return '';
    const client = await clients.of(project);
    const request = { ...(await client.feature(feature)), workPackage: workPackageId, limit: NEWEST };
    const { events } = await client.reports.listEvents.run(request);
    const lines = timelineOf(events, news.events(project), { feature, workPackageId }).map(lineOf);
    return lines.join('\n') || vscode.l10n.t('Nothing has happened to {0} yet.', workPackageId);
  };
  const provider = { onDidChange: changed.event, provideTextDocumentContent: textOf };
  const registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider);
  return {
    show: async ({ project, feature, workPackageId }: Target): Promise<void> => {
      const path = `/${feature}/${vscode.l10n.t('Timeline of {0}', workPackageId)}`;
      const query = JSON.stringify([project.root.toString(), feature, workPackageId]);
      await vscode.window.showTextDocument(vscode.Uri.from({ scheme: SCHEME, path, query }));
    },
    /** Those that are open say what is known now. */
    refresh: (): void => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) changed.fire(uri);
    },
    dispose: () => void vscode.Disposable.from(changed, registered).dispose(),
  };
};

const SCHEME = 'spec-kitty-timeline';
const NEWEST = 1000;

/** Of a node id so much that machines can be told apart. */
const lineOf = ({ clock, time, what, who, where }: TimelineEntry): string =>
  `${String(clock).padStart(5)}  ${time}  ${what}  (${where}, ${who.slice(0, 8)})`;
