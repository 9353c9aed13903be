import {
  createHash,
  createHmac,
  randomBytes,
  randomInt,
  scrypt,
  timingSafeEqual,
  type ScryptOptions,
} from 'node:crypto';
import { promisify } from 'node:util';

/** One-way functions and unpredictable values, as accounts need them: random, SHA-256, HMAC-SHA-256, scrypt. */
export class NodeSecrets {
  readonly #logCost: number;

  /** `logCost` is the binary logarithm of scrypt's N; 15 costs 32 MiB and some 60 ms for each password. */
  constructor(logCost = 15) {
    this.#logCost = logCost;
  }

  /** An unguessable text of 256 bits. */
  token(): string {
    return randomBytes(32).toString('base64url');
  }

  /** Eight letters that a person can copy by hand, without vowels, so that they make no words. */
  shortCode(): string {
    return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  }

  /** What may be stored of a token: it does not lead back to it. */
  digest(token: string): string {
    return createHash('sha256').update(token, 'utf8').digest('hex');
  }

  /** A value that only the holder of `secret` can derive from `text`; the same for the same input. */
  derive(secret: string, text: string): string {
    return createHmac('sha256', secret).update(text, 'utf8').digest('base64url');
  }

  /** What may be stored of a password: salted, and slow to guess. */
  async hashPassword(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await deriveKey(password, salt, this.#logCost);
    return ['scrypt', String(this.#logCost), salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /** Compares in constant time; `false` for a stored value that cannot be read. */
  async verifyPassword(password: string, stored: string): Promise<boolean> {
    const [scheme, logCost, salt, key] = stored.split('$');
    if (scheme !== 'scrypt' || logCost === undefined || salt === undefined || key === undefined) return false;
    const cost = Number(logCost);
    if (!Number.isInteger(cost) || cost < 1 || cost > MAX_LOG_COST) return false;
    const expected = Buffer.from(key, 'base64url');
    const actual = await deriveKey(password, Buffer.from(salt, 'base64url'), cost);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }
}

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

const MAX_LOG_COST = 20;
const KEY_BYTES = 32;
const BLOCK_SIZE = 8;

const deriveKey = (password: string, salt: Buffer, logCost: number): Promise<Buffer> => {
  const N = 2 ** logCost;
  const cost = { N, r: BLOCK_SIZE, p: 1, maxmem: 256 * BLOCK_SIZE * N };
  // The same password may be typed as composed or decomposed characters on different machines.
  return deriveBytes(password.normalize('NFKC'), salt, KEY_BYTES, cost);
};

const deriveBytes = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
