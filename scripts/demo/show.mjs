import { table } from '../../dist/app/cli/render/table.js';
import { bold, dim, green, red, toTerminal } from '../../dist/app/cli/render/text.js';
import { describePayload } from '../../dist/domain/events/describe-payload.js';
import { upcast } from '../../dist/domain/events/upcast.js';
import { numbersOf } from './checks.mjs';

const WIDTH = Math.min(process.stdout.columns ?? 100, 110);
const COLOUR = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';

const print = (text) => process.stdout.write(`${toTerminal(text, COLOUR)}\n`);

export const showHeading = (text) => print(['\n', bold(text)]);

/** One command with what it said about sync, which goes to stderr. */
export const showStep = (args, document, stderr) => {
  const words = args.map((word) => (word.includes(' ') ? `"${word}"` : shortened(word))).join(' ');
  const line = /^\[.*$/m.exec(stderr)?.[0] ?? resultOf(document);
  print(['  ', dim('$ '), `spec-kitty ${words}`, '  ', dim(line)]);
};

const shortened = (word) => (word.startsWith('/') ? '…' : word);

const resultOf = ({ delivered, left }) =>
  delivered === undefined ? '' : `delivered ${delivered}, left ${left}`;

const TIMELINE = [
  { header: 'seq', align: 'right' },
  { header: 'clock', align: 'right' },
  { header: 'arrived' },
  { header: 'event' },
  { header: 'about' },
  { header: 'what', flexible: true },
  { header: 'branch' },
];

/** The events as the hub has them, in the order in which it took them. */
export const showTimeline = (stored, feature) => {
  const short = (text) => text.replace(feature, '…');
  showHeading('What the hub has');
  const rows = stored.map(({ sequence, received_at: at, event }) => [
    String(sequence),
    String(event.lamport_clock),
    at.slice(11, 23),
    event.event_type,
    short(event.aggregate_id),
    describePayload(upcast(event)),
    short(event.git_branch ?? ''),
  ]);
  print(table(TIMELINE, rows, WIDTH));
};

const ACCOUNTING = ['captured', 'delivered', 'duplicate', 'pending', 'held', 'dead letters', 'discarded'];

/** Where every captured event is, as the client's own records say. */
export const showAccounting = ({ projects }) => {
  showHeading('Where every captured event is');
  const rows = projects.map(({ project_slug: slug, accounting }) => [
    slug,
    ...numbersOf(accounting).map(String),
  ]);
  const columns = ACCOUNTING.map((header) => ({ header, align: 'right' }));
  print(table([{ header: 'project', flexible: true }, ...columns], rows, WIDTH));
};

/** Returns whether everything holds. */
export const showChecks = (checks) => {
  showHeading('What must hold');
  const rows = checks.map(({ name, holds, seen }) => [holds ? green('✓') : red('✗'), name, dim(seen)]);
  print(table([{ header: '' }, { header: 'claim' }, { header: 'seen', flexible: true }], rows, WIDTH));
  return checks.every(({ holds }) => holds);
};

export const showWayToLook = ({ root, repository, env }, hub, password) => {
  showHeading('Still there');
  print(`  the repository   cd ${repository}`);
  print(`  its state        export SPEC_KITTY_HOME=${env.SPEC_KITTY_HOME}`);
  print(`  the hub          ${hub.url}  (user ada, password ${password}, process ${hub.child.pid})`);
  print('  look             spec-kitty sync status; spec-kitty events list');
  print(`  end it           kill ${hub.child.pid}; then remove ${root}`);
};
