import type { Bearer, TokenPurpose } from '../../ports/hub.js';
import type { WallClock } from '../../ports/host.js';

/** Remembers for a moment who presents a token, because programs send many requests with one token. */
export class BearerCache {
  readonly #clock: WallClock;
  readonly #known = new Map<string, { readonly bearer: Bearer; readonly atMs: number }>();

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get(digest: string, purpose: TokenPurpose): Bearer | undefined {
    const known = this.#known.get(`${purpose} ${digest}`);
    if (known === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const ageMs = nowMs - known.atMs;
    return ageMs >= 0 && ageMs < REMEMBERED_MS && nowMs < known.bearer.expiresAtMs ? known.bearer : undefined;
  }

  put(digest: string, purpose: TokenPurpose, bearer: Bearer): void {
    if (this.#known.size >= REMEMBERED_BEARERS) this.#known.clear();
    this.#known.set(`${purpose} ${digest}`, { bearer, atMs: this.#clock.nowMs() });
  }

  clear(): void {
    this.#known.clear();
  }
}

const REMEMBERED_MS = 1000;
const REMEMBERED_BEARERS = 10_000;
