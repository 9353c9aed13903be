import * as vscode from 'vscode';
import type { Clients } from './clients.js';
import type { HubNews } from './hub-news.js';
import { Panels } from './panels.js';
import type { Project, Projects } from './projects.js';
import { timelineOf } from 'spec-kitty-sync/domain';
import type { ToPage } from './webview/protocol.js';

interface TimelineSources {
  readonly clients: Clients;
  readonly projects: Projects;
  readonly news: HubNews;
}

/** Panels with what happened to a work package: from the local journal and, signed in, from the hub. */
export const timelinePanels = (extension: vscode.Uri, { clients, projects, news }: TimelineSources): Panels =>
  new Panels(
    {
      viewType: 'specKitty.timeline',
      title: ({ workPackageId }) => vscode.l10n.t('Timeline: {0}', workPackageId),
      content: async (subject): Promise<ToPage> => {
        const { feature, workPackageId } = subject;
        const project = projects.named(subject.project);
        const here = project === undefined ? [] : await journalOf(clients, project, feature, workPackageId);
        return {
          show: 'timeline',
          title: `${workPackageId} · ${feature}`,
          entries: timelineOf(here, project === undefined ? [] : news.events(project), subject),
          empty: vscode.l10n.t('Nothing has happened to {0} yet.', workPackageId),
        };
      },
    },
    extension,
  );

/** The newest events of the local journal. */
const journalOf = async (clients: Clients, project: Project, feature: string, workPackage: string) => {
  const client = await clients.of(project);
  const request = await client.feature(feature);
  const { events } = await client.reports.listEvents.run({ ...request, workPackage, limit: NEWEST });
  return events.map(({ event }) => event);
};

const NEWEST = 1000;
