import { readProjectConfig } from '../../domain/events/project-config.js';
import { isSyncError } from '../../domain/errors.js';
import type { CheckoutMemory, ConfigStore } from '../../ports/events.js';
import type { StateFiles } from '../../ports/outbox.js';
import type { IntentStore, Repository } from '../../ports/work.js';
import type { Finding } from './finding.js';

export interface CheckoutPorts {
  readonly configs: Pick<ConfigStore, 'read'>;
  readonly stateFiles: Pick<StateFiles, 'isGone'>;
  readonly repository: Pick<Repository, 'locate' | 'tryExclusive'>;
  readonly intents: Pick<IntentStore, 'read'>;
}

/** What is wrong with the checkouts that were seen on this machine. */
export const judgeCheckouts = async (
  checkouts: readonly CheckoutMemory[],
  ports: CheckoutPorts,
): Promise<readonly Finding[]> =>
  (await Promise.all(checkouts.map((checkout) => judgeCheckout(checkout, checkouts, ports)))).flat();

const judgeCheckout = async (
  checkout: CheckoutMemory,
  all: readonly CheckoutMemory[],
  ports: CheckoutPorts,
): Promise<readonly Finding[]> => {
  const { path } = checkout;
  const siblings = all.filter(
    (other) =>
      other.path !== path && other.projectUuid !== undefined && other.projectUuid === checkout.projectUuid,
  );
  const areGone = await Promise.all(siblings.map((sibling) => ports.stateFiles.isGone(sibling.path)));
  const hasSibling = areGone.includes(false);
  if (await ports.stateFiles.isGone(path)) return [gone(checkout, hasSibling)];
  const reading = await ports.configs.read(path);
  const findings: Finding[] = [];
  if (reading.state === 'present' && readProjectConfig(reading.document).share === false) {
    findings.push({
      check: 'checkouts',
      severity: hasSibling ? 'warning' : 'note',
      message: `sync.share is false in ${path}, which keeps the events of the whole project on this machine.`,
      remedy: 'If that is not meant, correct .kittify/config.yaml there, or do without that checkout.',
    });
  }
  if (reading.state === 'unreadable') {
    const [issue] = reading.issues;
    findings.push({
      check: 'checkouts',
      severity: 'problem',
      message: `The config of ${path} cannot be understood${issue === undefined ? '' : `: ${issue.reason}`}. Its events are held.`,
      remedy: 'Correct .kittify/config.yaml there, or have it written anew: spec-kitty init --repair',
    });
  }
  if (await hasLeftOver(path, ports)) {
    findings.push({
      check: 'checkouts',
      severity: 'warning',
      message: `A command in ${path} was cut short.`,
      remedy: 'Its work is completed or withdrawn by: spec-kitty sync now',
    });
  }
  return findings;
};

/** A refusal that was heard there holds for the whole project, until another checkout speaks for that. */
const gone = ({ path, share, configReadable }: CheckoutMemory, hasSibling: boolean): Finding => {
  const holdsBack = !hasSibling && (share === false || configReadable === false);
  return {
    check: 'checkouts',
    severity: 'note',
    message: holdsBack
      ? `${path} is gone; as its config was last, it keeps the project's events on this machine.`
      : `${path} is gone.`,
    remedy: holdsBack
      ? 'Make that checkout again with a config that shares, if the events may leave.'
      : 'spec-kitty sync doctor --fix',
    ...(holdsBack ? {} : { fix: { fix: 'forget-checkout', path } }),
  };
};

/** Whether an intent stands there and nobody is at work. */
const hasLeftOver = async (path: string, { repository, intents }: CheckoutPorts): Promise<boolean> => {
  try {
    const checkout = await repository.locate(path);
    if (checkout === undefined) return false;
    const read = await repository.tryExclusive(checkout, (held) => intents.read(held));
    return read !== 'busy' && read.value !== 'none';
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return false;
  }
};
