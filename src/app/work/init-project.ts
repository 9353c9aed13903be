import { SyncError } from '../../domain/errors.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import { completeIdentity, isComplete } from '../../domain/events/project-identity.js';
import type { ClientPorts } from '../../ports/client.js';
import type { LamportStore, Checkout, HeldRepository } from '../../ports/events.js';
import type { FeatureFiles } from '../../ports/work.js';
import type { EnsureIdentity, IdentityReading } from '../events/ensure-identity.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { UseCase } from '../use-case.js';

export interface InitRequest {
  readonly directory: string;
  /** Sets a config that cannot be understood aside and writes a fresh one. */
  readonly repair?: boolean;
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
}

export interface InitReport {
  readonly projectRoot: string;
  readonly identity: IdentityReading;
  readonly config: 'created' | 'completed' | 'repaired' | 'unchanged';
  /** Name of the broken config's copy. */
  readonly setAside?: string | undefined;
  /** The commit that holds the config, if one was made. */
  readonly commit?: string | undefined;
}

interface InitPorts extends Pick<ClientPorts, 'repository' | 'configs'> {
  readonly files: Pick<FeatureFiles, 'text' | 'restore'>;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly ensureIdentity: Pick<EnsureIdentity, 'run'>;
}

/** Gives a project its identity and commits it. Safe to repeat; emits nothing. */
export class InitProject extends UseCase<InitPorts> {
  /**
   * Fails with `config-unreadable` (without `repair`), `config-not-writable`, `lock-busy`, and with `commit-refused`:
   * the config then reads as before, and the next attempt proposes the same identity.
   */
  async run(request: InitRequest, signal?: AbortSignal): Promise<InitReport> {
    const { directory } = request;
    // Outside every project the directory itself becomes one.
    const checkout = (await this.ports.repository.locate(directory)) ?? {
      root: directory,
      projectRoot: directory,
    };
    return this.ports.repository.exclusive(checkout, (held) => this.#init(held, request), signal);
  }

  async #init(held: HeldRepository, request: InitRequest): Promise<InitReport> {
    const { checkout } = held;
    const { projectRoot } = checkout;
    const before = await this.#text(checkout);
    const { malformed } = readProjectConfig(await this.ports.configs.read(projectRoot));
    const setAside = malformed === undefined ? undefined : await this.#repair(held, malformed, request);
    const identity = await this.ports.ensureIdentity.run(checkout, held);
    await this.#demandComplete(checkout, identity);
    const after = await this.#text(checkout);
    const commit = request.commit === false ? undefined : await this.#commit(held, before, after, setAside);
    const written = before === '' ? 'created' : 'completed';
    return {
      projectRoot,
      identity,
      config: setAside !== undefined ? 'repaired' : before === after ? 'unchanged' : written,
      setAside,
      commit,
    };
  }

  /** Writes the identity under which the checkout's events went on while the config was broken. */
  async #repair(held: HeldRepository, malformed: string, request: InitRequest): Promise<string> {
    if (request.repair !== true) {
      throw new SyncError('config-unreadable', malformed, {
        hint: 'Repair the file by hand, or run "spec-kitty init --repair", which keeps it beside a fresh one.',
      });
    }
    const { projectUuid, projectSlug } = await this.ports.ensureIdentity.run(held.checkout, held);
    const { nodeId } = await this.ports.lamport.read();
    const setAside = await this.ports.configs.setAside(held);
    const proposal = { uuid: projectUuid, slug: projectSlug, nodeId };
    await this.ports.configs.update(held, (current) =>
      completeIdentity(readProjectConfig(current), proposal),
    );
    return setAside;
  }

  /** An identity that could not be stored is good enough for an event, but it is all that this command is for. */
  async #demandComplete(checkout: Checkout, { warnings }: IdentityReading): Promise<void> {
    if (isComplete(readProjectConfig(await this.ports.configs.read(checkout.projectRoot)))) return;
    throw new SyncError('config-not-writable', warnings[0] ?? "The project's identity cannot be stored.", {
      hint: 'Make .kittify/ writable and run the command again.',
    });
  }

  /** Commits what was written now, or by an earlier command that had no reason to commit it; never a user's own edit. */
  async #commit(
    held: HeldRepository,
    before: string,
    after: string,
    setAside: string | undefined,
  ): Promise<string | undefined> {
    const { repository, files } = this.ports;
    const { checkout } = held;
    if (!(await repository.isUncommitted(checkout, CONFIG))) return undefined;
    const { branch } = await repository.head(checkout, 'main');
    const isAsBefore = before === after && branch !== undefined;
    if (isAsBefore && (await repository.fileAtTip(checkout, branch, CONFIG)) !== undefined) return undefined;
    const committed = await repository.commit(held, [CONFIG], MESSAGE);
    if (committed.ok) return committed.value;
    const written = { path: CONFIG, before: before === '' ? undefined : before, after };
    const copy =
      setAside === undefined ? [] : [{ path: `.kittify/${setAside}`, before: undefined, after: before }];
    await files.restore(held, [...copy, written]);
    throw new SyncError('commit-refused', `Git refused the commit: ${committed.error}`, {
      hint: 'Nothing has changed. Settle what git names and run the command again, or use --no-commit.',
    });
  }

  /** The config's text; empty when there is none, or none that could be written back. */
  async #text(checkout: Checkout): Promise<string> {
    return (await this.ports.files.text(checkout.projectRoot, CONFIG).catch(() => undefined)) ?? '';
  }
}

const CONFIG = '.kittify/config.yaml';
const MESSAGE = commitSubject("record the project's identity");
