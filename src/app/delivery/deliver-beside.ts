import type { Account } from '../../domain/outbox/account.js';
import type { Checkout } from '../../ports/events.js';
import type { RunSign } from '../../domain/wire.js';
import type { ShowIdentity } from '../events/show-identity.js';
import type { BackgroundProcess } from './background-process.js';
import type { MachineReports } from './machine-reports.js';

interface DeliverBesidePorts {
  readonly environment: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly showIdentity: Pick<ShowIdentity, 'run'>;
  readonly account: () => Promise<Account | undefined>;
  readonly backgroundProcess: Pick<BackgroundProcess, 'runBeside'>;
  readonly machineReports: Pick<MachineReports, 'run'>;
}

/** A sign of life of a run in the project at hand. */
type OwnSign = Omit<RunSign, 'project_uuid'>;

/** Delivery beside the work of a process that lasts. */
export interface DeliveryBeside {
  /** Returns at once; does nothing the second time. */
  start(): void;
  /** Ends with a last flush of at most two seconds. */
  stop(): Promise<void>;
}

/**
 * The background sync inside a process that lasts. It takes the place of the background process for as long, so that
 * short commands find somebody who delivers; where another has the place already, that one goes on until it ends. Whatever
 * happens to it changes nothing for its host.
 */
export class DeliverBeside {
  readonly #ports: DeliverBesidePorts;

  constructor(ports: DeliverBesidePorts) {
    this.#ports = ports;
  }

  /**
   * Looks whether delivery is wanted for a project: signed in, and refused neither by its config nor by a variable. If it
   * is, the hub also hears which runs of agents `signs` names at the time, whoever delivers.
   */
  async prepare(checkout: Checkout, signs: () => readonly OwnSign[] = () => []): Promise<DeliveryBeside> {
    const project = await this.#sharedProject(checkout).catch(() => undefined);
    const saying = async () => {
      const runs = signs().map((sign) => ({ project_uuid: project ?? '', ...sign }));
      return project === '' || runs.length === 0 ? undefined : { runs };
    };
    const over = new AbortController();
    let running: Promise<unknown> | undefined;
    return {
      start: () => {
        if (project === undefined) return;
        const { backgroundProcess, machineReports } = this.#ports;
        running ??= Promise.all([
          backgroundProcess.runBeside(over.signal),
          machineReports.run(over.signal, saying),
        ]);
      },
      stop: async () => {
        over.abort();
        await running;
      },
    };
  }

  /** Its uuid, which is empty as long as it has none; `undefined` where delivery is not wanted. */
  async #sharedProject({ projectRoot }: Checkout): Promise<string | undefined> {
    if (this.#ports.environment.env['SPEC_KITTY_SYNC'] === 'off') return undefined;
    const identity = await this.#ports.showIdentity.run(projectRoot);
    if (identity?.autoStart === false || identity?.share === false) return undefined;
    return (await this.#ports.account()) === undefined ? undefined : (identity?.project.uuid?.value ?? '');
  }
}
