import type { Account } from '../../domain/outbox/account.js';
import type { Checkout } from '../../ports/events.js';
import type { ShowIdentity } from '../events/show-identity.js';
import { UseCase } from '../use-case.js';
import type { BackgroundProcess } from './background-process.js';
import type { MachineReports, ProjectRuns } from './machine-reports.js';

interface DeliverBesideNeeds {
  readonly environment: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly showIdentity: Pick<ShowIdentity, 'run'>;
  readonly account: () => Promise<Account | undefined>;
  readonly backgroundProcess: Pick<BackgroundProcess, 'runBeside'>;
  readonly machineReports: Pick<MachineReports, 'run'>;
}

/**
 * The background sync inside a process that lasts. It takes the place of the background process for as long, so that
 * short commands find somebody who delivers; where another has the place already, that one goes on until it ends.
 */
export class DeliverBeside extends UseCase<DeliverBesideNeeds> {
  /**
   * Until the signal aborts, and then for a last flush of at most two seconds, where delivery is wanted for the project:
   * signed in, and refused neither by its config nor by a variable. The hub also hears which runs of agents `signs` names
   * at the time, whoever delivers. Whatever happens to it changes nothing for its host: it never rejects.
   */
  async run({ projectRoot }: Checkout, signs: ProjectRuns['signs'], over: AbortSignal): Promise<void> {
    const { environment, showIdentity, account, backgroundProcess, machineReports } = this.ports;
    if (environment.env['SPEC_KITTY_SYNC'] === 'off') return;
    try {
      const identity = await showIdentity.run(projectRoot);
      if (identity?.autoStart === false || identity?.share === false) return;
      if ((await account()) === undefined) return;
      const projectUuid = identity?.project.uuid?.value;
      const telling =
        projectUuid === undefined ? undefined : machineReports.run(over, { projectUuid, signs });
      await Promise.all([backgroundProcess.runBeside(over), telling]);
    } catch {
      // Commands find nobody who delivers, and start one.
    }
  }
}
