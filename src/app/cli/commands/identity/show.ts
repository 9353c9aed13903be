import type { IdentityReport } from '../../../events/show-identity.js';
import { defineCommand } from '../../define-command.js';
import { facts } from '../../render/table.js';
import { dim, type Text } from '../../render/text.js';

export const showIdentity = defineCommand({
  path: 'identity show',
  summary: 'show project, node and checkout, and where each value comes from',
  examples: [['spec-kitty identity show', 'who the events of this directory say they are from']],
  run: async ({ client, terminal }) => {
    const checkout = await client.checkout();
    const report = await client.events.showIdentity.run(checkout.root);
    if (report === undefined) return { outcome: 'failed', data: null, text: 'No project was found here.' };
    for (const warning of report.warnings) terminal.warn(warning);
    return { data: report, text: facts(rowsOf(report)) };
  },
});

const rowsOf = ({
  project,
  nodeId,
  checkout,
  share,
  autoStart,
}: IdentityReport): readonly (readonly [string, Text])[] => [
  ['project uuid', sourced(project.uuid)],
  ['project slug', sourced(project.slug)],
  ['repository', sourced(project.repoSlug)],
  ['minted by', project.mintedBy ?? dim('nobody yet')],
  ['node', nodeId],
  ['checkout', checkout.root],
  ['branch', checkout.branch ?? dim('none')],
  ['commit', checkout.commit ?? dim('none')],
  ['sharing', typeof share === 'boolean' ? (share ? 'on' : 'off') : 'unreadable config: events are held'],
  ['background sync', autoStart ? 'on' : 'off'],
];

const sourced = (entry: IdentityReport['project']['uuid']): Text =>
  entry === undefined ? dim('none yet') : [entry.value, ' ', dim(`(${entry.source})`)];
