import type { SettingsReading } from '../../ports/events.js';
import type { StateFilesReading } from '../../ports/outbox.js';
import type { Finding } from './finding.js';

/** What is wrong with the state root as files, and with the disk that it lies on. */
export const judgeFiles = (files: StateFilesReading): readonly Finding[] => {
  const { root, loose, stale, inaccessible, busyLocks, freeBytes, networkFileSystem } = files;
  const findings: Finding[] = [];
  if (inaccessible.length > 0) {
    findings.push({
      check: 'files',
      severity: 'problem',
      message: `${shown(inaccessible)} in ${root} cannot be read or written by you.`,
      remedy:
        'Give yourself the rights to these files; who has run the program as another user owns them now.',
    });
  }
  if (loose.length > 0) {
    findings.push({
      check: 'files',
      severity: 'problem',
      message: `Others on this machine may read ${shown(loose)} in ${root}.`,
      remedy: 'spec-kitty sync doctor --fix',
      fix: { fix: 'secure-files', paths: loose },
    });
  }
  if (freeBytes !== undefined && freeBytes < LITTLE_BYTES) {
    findings.push({
      check: 'disk',
      severity: freeBytes < HARDLY_ANY_BYTES ? 'problem' : 'warning',
      message: `${Math.floor(freeBytes / MEBIBYTE)} MiB are free where ${root} lies.`,
      remedy: 'Make room on that disk: events that cannot be written are refused.',
    });
  }
  if (networkFileSystem !== undefined) {
    findings.push({
      check: 'disk',
      severity: 'warning',
      message: `${root} lies on a network file system (${networkFileSystem}), where locks are less reliable.`,
      remedy: 'Set SPEC_KITTY_HOME to a directory on a local disk.',
    });
  }
  if (stale.length > 0) {
    findings.push({
      check: 'files',
      severity: 'note',
      message: `${stale.length} temporary files were left by processes that died.`,
      remedy: 'spec-kitty sync doctor --fix',
      fix: { fix: 'remove-stale-files', paths: stale },
    });
  }
  for (const lock of busyLocks) {
    findings.push({
      check: 'locks',
      severity: 'note',
      message: `A process holds ${lock}: ${holderOf(lock)}.`,
      remedy: 'Nothing has to be done; the lock goes with its process.',
    });
  }
  return findings;
};

export const judgeSettings = ({ issues }: SettingsReading): readonly Finding[] =>
  issues.map(({ path, reason }) => ({
    check: 'settings',
    severity: 'warning',
    message: `config.toml: ${path === '' ? '' : `${path} `}${reason}.`,
    remedy: 'Correct or remove that line of config.toml; until then its default holds.',
  }));

const MEBIBYTE = 1024 * 1024;
const LITTLE_BYTES = 200 * MEBIBYTE;
const HARDLY_ANY_BYTES = 10 * MEBIBYTE;

const holderOf = (lock: string): string => {
  if (lock === 'locks/background') return 'the background process';
  return lock.startsWith('locks/sender-') ? 'somebody is delivering that project' : 'somebody is at work';
};

const SHOWN = 3;

const shown = (paths: readonly string[]): string => {
  const named = paths.slice(0, SHOWN).map((path) => (path === '' ? 'everything' : path));
  return paths.length > SHOWN ? `${named.join(', ')} and ${paths.length - SHOWN} more` : named.join(', ');
};
