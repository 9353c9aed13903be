import { readFileSync, unlinkSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import { guardCredentials } from '../../domain/delivery/guard-credentials.js';
import type { CredentialReading, Credentials, CredentialStore } from '../../ports/delivery.js';
import { syncDirectory, writeFileAtomic, removeTemporaries } from '../fs/atomic-write.js';
import { lockFile } from '../fs/process-lock.js';
import type { StateRoot } from '../fs/state-root.js';

/** `credentials` of the state root: readable by the user alone from the moment it exists. */
export class TomlCredentialStore implements CredentialStore {
  readonly #root: StateRoot;
  readonly #lockWaitMs: number;

  constructor(root: StateRoot, lockWaitMs = 10_000) {
    this.#root = root;
    this.#lockWaitMs = lockWaitMs;
  }

  async read(): Promise<CredentialReading> {
    const text = this.#text();
    if (text === undefined) return { state: 'absent' };
    if (typeof text !== 'string') return { state: 'unreadable', reason: text.reason };
    const { readCredentials } = await import('./credential-document.js');
    return readCredentials(text);
  }

  async update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading> {
    this.#root.make();
    const lock = await lockFile(this.#root.file('locks', 'credentials'), this.#lockWaitMs);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process is working with the stored sign-in.', {
        hint: 'Try again.',
      });
    }
    try {
      this.#tidy();
      const current = await this.read();
      const decision = await decide(current);
      if (decision === 'keep') return current;
      if (decision === 'forget') return this.#remove();
      return await this.#write(decision);
    } finally {
      lock.release();
    }
  }

  /** A writer that was killed may have left tokens beside the file. Where they cannot be removed, work goes on. */
  #tidy(): void {
    try {
      removeTemporaries(this.#path);
    } catch {
      // The next writer tries again.
    }
  }

  get #path(): string {
    return this.#root.file('credentials');
  }

  #text(): string | undefined | { readonly reason: string } {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? undefined
        : { reason: `it cannot be read (${code ?? 'unknown'})` };
    }
  }

  async #write(credentials: Credentials): Promise<CredentialReading> {
    const previous = this.#text();
    const { writeCredentials } = await import('./credential-document.js');
    const text = writeCredentials(credentials, typeof previous === 'string' ? previous : '');
    try {
      await writeFileAtomic(this.#path, text, { mode: 0o600 });
    } catch (cause) {
      throw new SyncError('storage-failed', 'The sign-in could not be stored.', { cause });
    }
    return { state: 'present', credentials: guardCredentials(credentials) };
  }

  #remove(): CredentialReading {
    try {
      unlinkSync(this.#path);
      syncDirectory(this.#root.path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new SyncError('storage-failed', 'The stored sign-in could not be removed.', { cause });
      }
    }
    return { state: 'absent' };
  }
}
