import { guardCredentials } from '../../domain/delivery/guard-credentials.js';
import type { CredentialReading, Credentials, CredentialStore } from '../../ports/delivery.js';

/** One sign-in, with transactions that wait for each other. */
export class MemoryCredentialStore implements CredentialStore {
  #reading: CredentialReading;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(credentials?: Credentials) {
    this.#reading = credentials === undefined ? { state: 'absent' } : presentReading(credentials);
  }

  /** Stands for a file that cannot be understood. */
  break(reason: string): void {
    this.#reading = { state: 'unreadable', reason };
  }

  async read(): Promise<CredentialReading> {
    return this.#reading;
  }

  update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading> {
    const mine = this.#turn.then(async () => {
      const decision = await decide(this.#reading);
      if (decision === 'forget') this.#reading = { state: 'absent' };
      else if (decision !== 'keep') this.#reading = presentReading(decision);
      return this.#reading;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

const presentReading = (credentials: Credentials): CredentialReading => ({
  state: 'present',
  credentials: guardCredentials(credentials),
});
