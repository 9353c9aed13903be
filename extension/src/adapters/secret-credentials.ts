import type { SecretStorage } from 'vscode';
import { guardCredentials } from 'spec-kitty-sync/domain';
import type { CredentialReading, Credentials, CredentialStore } from 'spec-kitty-sync/ports';

/**
 * One sign-in for editor and command line: the command line's file is the source, and every change is a transaction of
 * it. `SecretStorage` keeps a copy, for one case alone: a file that can no longer be understood does not sign the editor
 * out, and the next refresh makes it whole again. A file that is gone is how the command line signs out; the copy then
 * counts for nothing and goes, since a token that was refreshed elsewhere must not be spent a second time.
 */
export class SecretCredentials implements CredentialStore {
  readonly #shared: CredentialStore;
  readonly #secrets: SecretStorage;

  constructor(shared: CredentialStore, secrets: SecretStorage) {
    this.#shared = shared;
    this.#secrets = secrets;
  }

  async read(): Promise<CredentialReading> {
    return this.#withCopy(await this.#shared.read());
  }

  async update(decide: Parameters<CredentialStore['update']>[0]): Promise<CredentialReading> {
    const reading = await this.#shared.update(async (current) => decide(await this.#withCopy(current)));
    // A copy of its own shows what the guarded one hides: the tokens.
    if (reading.state === 'present')
      await this.#secrets.store(KEY, JSON.stringify({ ...reading.credentials }));
    else if (reading.state === 'absent') await this.#secrets.delete(KEY);
    return this.#withCopy(reading);
  }

  async #withCopy(reading: CredentialReading): Promise<CredentialReading> {
    if (reading.state !== 'unreadable') return reading;
    const copy = await this.#secrets.get(KEY);
    const credentials = copy === undefined ? undefined : parse(copy);
    return credentials === undefined
      ? reading
      : { state: 'present', credentials: guardCredentials(credentials) };
  }
}

const KEY = 'credentials';

/** What we wrote ourselves, or nothing. */
const parse = (text: string): Credentials | undefined => {
  try {
    return JSON.parse(text) as Credentials;
  } catch {
    return undefined;
  }
};
