import { defineCommand } from '../../define-command.js';
import { deadLetterCommands } from './dead-letters/definitions.js';

export const syncCommands = [
  defineCommand({
    path: 'sync now',
    summary: 'deliver everything that is due, in the foreground',
    options: {
      report: {
        type: 'string',
        describe: 'also write what stayed, event by event, to this JSON file',
        placeholder: 'FILE',
      },
    },
    examples: [
      ['spec-kitty sync now', 'exit 0: all delivered; 3: something stayed, with the reasons'],
      ['spec-kitty sync now --report left.json', 'which events stayed, and why each of them did'],
    ],
    load: () => import('./now.js'),
  }),
  defineCommand({
    path: 'sync status',
    summary: 'show where every captured event is',
    details:
      'Worked out from the records on this machine at the moment of asking; only --check uses the network.',
    options: {
      check: { type: 'boolean', describe: 'ask the hub whether it answers and knows the sign-in' },
    },
    examples: [
      ['spec-kitty sync status --json', 'the same for a program'],
      ['spec-kitty sync status --check', 'exit 1: the hub cannot be reached; 4: sign in again'],
    ],
    load: () => import('./status.js'),
  }),
  defineCommand({
    path: 'sync verify',
    summary: 'compare what is settled here with what the hub says it has',
    examples: [['spec-kitty sync verify', 'exit 1: they differ, with the ids']],
    load: () => import('./verify.js'),
  }),
  defineCommand({
    path: 'sync preview',
    summary: 'show exactly what would leave this machine, and where to',
    details: 'Uses no network and changes nothing. The documents are those that sync now would send.',
    options: {
      limit: {
        type: 'number',
        describe: 'documents to show of each project; 10 when not given, all with --json',
        placeholder: 'N',
      },
    },
    examples: [['spec-kitty sync preview --json', 'every document, with the team it would be sent for']],
    load: () => import('./preview.js'),
  }),
  defineCommand({
    path: 'sync move',
    summary: 'give what is held for a former hub to the present one',
    details:
      'Shows what would go where, and asks. Events keep their ids; what the former hub has counted stays counted there.',
    options: {
      from: { type: 'string', describe: 'the former hub, by its address or its id', placeholder: 'HUB' },
      journal: {
        type: 'boolean',
        describe: 'also what the former hub has already, as far as the journal still holds it',
      },
      yes: { type: 'boolean', describe: 'do not ask' },
    },
    examples: [
      ['spec-kitty sync move --from https://old.example.com', 'after the team has got another hub'],
      ['spec-kitty sync move --from https://old.example.com --journal', 'the new hub gets the history too'],
    ],
    load: () => import('./move.js'),
  }),
  defineCommand({
    path: 'sync doctor',
    summary: 'look at everything that delivery depends on, and say what to do',
    details: 'Recounts every record that is there. Exit 1 when something is broken.',
    options: {
      fix: { type: 'boolean', describe: 'do what loses nothing: file modes, stale files, gone checkouts' },
    },
    examples: [
      ['spec-kitty sync doctor', 'one ordered list of remedies'],
      ['spec-kitty sync doctor --fix', 'do the safe ones, and show the rest'],
    ],
    load: () => import('./doctor.js'),
  }),
  ...deadLetterCommands,
  defineCommand({
    path: 'sync diagnose',
    summary: 'judge every waiting event without the network',
    examples: [['spec-kitty sync diagnose', 'what a hub would say']],
    load: () => import('./diagnose.js'),
  }),
  defineCommand({
    path: 'sync run',
    summary: 'run the background sync in the foreground, for services and containers',
    details:
      'Stays until it is interrupted. One process for each state root delivers; a second one is told so.',
    options: {
      background: { type: 'boolean', describe: 'leave when there is no work', hidden: true },
    },
    examples: [['spec-kitty sync run', 'in a service manager or a container']],
    load: () => import('./run.js'),
  }),
  defineCommand({
    path: 'sync on',
    summary: 'share this project from this machine',
    examples: [['spec-kitty sync on', 'also sends what was captured before the sign-in']],
    load: () => import('./on.js'),
  }),
  defineCommand({
    path: 'sync off',
    summary: "keep this project's events on this machine",
    examples: [['spec-kitty sync off', 'what waits is kept']],
    load: () => import('./off.js'),
  }),
  defineCommand({
    path: 'sync server [url]',
    summary: 'show or set the address of the hub',
    positionals: { url: 'address to set; without it the present one is shown' },
    examples: [['spec-kitty sync server https://hub.example.com', 'use this hub for the next sign-in']],
    load: () => import('./server.js'),
  }),
];
