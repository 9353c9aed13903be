import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseOrchestrationState, type OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestrationReading, OrchestrationStore, OrchestratorPlace } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import { ownFolder } from '../work/git-places.js';
import { writeFileAtomic, removeTemporaries } from '../fs/atomic-write.js';
import { onStorage } from '../fs/storage-failure.js';
import { makeDirectory } from '../fs/make-directory.js';
import { lockFile, tryLockFile } from '../fs/process-lock.js';
import { placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';

/**
 * The state as a JSON document that people can read, in the project's `.kittify/`; place, requests, prompts and logs in
 * git's common directory, where no work tree shows them.
 */
export class JsonOrchestrationStore implements OrchestrationStore {
  async occupy(checkout: Checkout): Promise<OrchestratorPlace | undefined> {
    const path = ownPath(checkout, LOCK);
    return onStorage(path, async () => {
      // Whoever only asks whether the place is taken has it for a moment.
      const lock = await lockFile(path, PROBE_MS);
      if (lock === undefined) return undefined;
      try {
        const folder = placeBelow(checkout.projectRoot, dirname(STATE));
        if (folder !== 'absent') removeTemporaries(join(folder, basename(STATE)));
        rmSync(ownPath(checkout, REQUEST), { force: true });
      } catch (error) {
        lock.release();
        throw error;
      }
      return { checkout, release: () => lock.release() };
    });
  }

  async isOccupied(checkout: Checkout): Promise<boolean> {
    const path = ownPath(checkout, LOCK);
    return onStorage(path, () => {
      if (!existsSync(path)) return false;
      const lock = tryLockFile(path);
      lock?.release();
      return lock === undefined;
    });
  }

  async read(checkout: Checkout): Promise<OrchestrationReading> {
    const text = await onStorage(pathOfState(checkout), () => {
      const place = placeBelow(checkout.projectRoot, STATE);
      return place === 'absent'
        ? undefined
        : readPlainFile(place)
            .toString('utf8')
            .replace(/^\ufeff/, '');
    });
    if (text === undefined) return { found: 'none' };
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      const reason = `is not JSON: ${(error as Error).message}`;
      return { found: 'unreadable', issues: [{ path: '', reason }] };
    }
    const state = parseOrchestrationState(document);
    return state.ok ? { found: 'state', state: state.value } : { found: 'unreadable', issues: state.error };
  }

  async write({ checkout }: OrchestratorPlace, state: OrchestrationState): Promise<void> {
    await onStorage(pathOfState(checkout), async () => {
      makeDirectory(join(checkout.projectRoot, '.kittify'));
      const text = `${JSON.stringify(state, undefined, 2)}\n`;
      await writeFileAtomic(writablePlace(checkout.projectRoot, STATE), text, { mode: 0o600 });
    });
  }

  async askToStop(checkout: Checkout): Promise<void> {
    const path = ownPath(checkout, REQUEST);
    await onStorage(path, async () => {
      makeDirectory(dirname(path));
      await writeFileAtomic(path, 'stop\n', { mode: 0o600, durable: false });
    });
  }

  async isAskedToStop({ checkout }: OrchestratorPlace): Promise<boolean> {
    return existsSync(ownPath(checkout, REQUEST));
  }

  async keepPrompt(
    { checkout }: OrchestratorPlace,
    feature: string,
    name: string,
    text: string,
  ): Promise<string> {
    const path = await pathBeside(checkout, feature, `${name}.md`);
    await onStorage(path, () => writeFileAtomic(path, text, { mode: 0o600, durable: false }));
    return path;
  }

  async logPath({ checkout }: OrchestratorPlace, feature: string, name: string): Promise<string> {
    return pathBeside(checkout, feature, `${name}.log`);
  }
}

const PROBE_MS = 200;
const STATE = '.kittify/orchestration-state.json';
const LOCK = 'orchestrator';
const REQUEST = 'orchestration/stop';

/** Outside git there are no work trees, and so there is nothing to orchestrate. */
const ownPath = ({ commonDir, projectRoot }: Checkout, name: string): string =>
  join(ownFolder(commonDir ?? join(projectRoot, '.kittify')), name);

/** A file about a feature, in a folder that exists. */
const pathBeside = async (checkout: Checkout, feature: string, name: string): Promise<string> => {
  const folder = join(ownPath(checkout, 'orchestration'), feature);
  return onStorage(folder, () => {
    makeDirectory(folder);
    return join(folder, name);
  });
};

const pathOfState = ({ projectRoot }: Checkout): string => join(projectRoot, STATE);
