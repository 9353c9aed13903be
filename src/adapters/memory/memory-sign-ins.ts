import type { IssuedTokens } from '../../ports/delivery.js';

/** Whom a token belongs to. */
export interface Bearer {
  readonly username: string;
  readonly team: string;
}

/**
 * Users and tokens of a hub in memory. Refresh tokens rotate: a spent one gives the same successor again until that
 * successor is spent itself, so that a lost answer can be asked for again; used later, it ends the sign-in.
 */
export class MemorySignIns {
  readonly #hubId: string;
  readonly #users = new Map<string, { readonly password: string; readonly team: string }>();
  readonly #access = new Map<string, Bearer & { readonly family: number }>();
  readonly #live = new Map<string, Bearer>();
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #devices = new Map<string, { readonly userCode: string; bearer?: Bearer }>();
  #minted = 0;

  constructor(hubId: string) {
    this.#hubId = hubId;
  }

  addUser(username: string, password: string, team: string): void {
    this.#users.set(username, { password, team });
  }

  signIn(username: string, password: string): IssuedTokens | undefined {
    const user = this.#users.get(username);
    if (user === undefined || user.password !== password) return undefined;
    return this.#issue({ username, team: user.team }, this.#mint());
  }

  askForDevice(): { readonly deviceCode: string; readonly userCode: string } {
    const number = this.#mint();
    const [deviceCode, userCode] = [`device-${number}`, `CODE-${number}`];
    this.#devices.set(deviceCode, { userCode });
    return { deviceCode, userCode };
  }

  /** What a person does on the page of the hub. */
  agreeToDevice(userCode: string, username: string): void {
    const team = this.#users.get(username)?.team ?? username;
    for (const device of this.#devices.values())
      if (device.userCode === userCode) device.bearer = { username, team };
  }

  /** `undefined`: the code is unknown, or was used. */
  redeemDevice(deviceCode: string): IssuedTokens | 'pending' | undefined {
    const device = this.#devices.get(deviceCode);
    if (device === undefined) return undefined;
    if (device.bearer === undefined) return 'pending';
    this.#devices.delete(deviceCode);
    return this.#issue(device.bearer, this.#mint());
  }

  /** `undefined`: the token is unknown, revoked, or was spent too long ago. */
  refresh(token: string): IssuedTokens | undefined {
    const spent = this.#refresh.get(token);
    if (spent === undefined) return undefined;
    if (spent.successor === undefined) spent.successor = this.#issue(spent.bearer, spent.family);
    else if (this.#refresh.get(spent.successor.refresh)?.successor !== undefined) {
      this.#end(spent.family);
      return undefined;
    }
    return spent.successor;
  }

  /** Ends the sign-in that the refresh token belongs to; `false` when nobody knows it. */
  revoke(token: string): boolean {
    const known = this.#refresh.get(token);
    if (known !== undefined) this.#end(known.family);
    return known !== undefined;
  }

  /** An access token for a machine, outside every rotation. */
  machineToken(username: string): string {
    const token = `machine-${this.#mint()}`;
    const team = this.#users.get(username)?.team ?? username;
    this.#access.set(token, { username, team, family: 0 });
    return token;
  }

  bearerOf(accessToken: string): Bearer | undefined {
    return this.#access.get(accessToken);
  }

  liveToken(accessToken: string): string | undefined {
    const bearer = this.#access.get(accessToken);
    if (bearer === undefined) return undefined;
    const token = `live-${this.#mint()}`;
    this.#live.set(token, bearer);
    return token;
  }

  liveBearerOf(liveToken: string): Bearer | undefined {
    return this.#live.get(liveToken);
  }

  /** Lets every access and live token expire; refresh tokens stay good. */
  expireAccess(): void {
    this.#access.clear();
    this.#live.clear();
  }

  #issue(bearer: Bearer, family: number): IssuedTokens {
    const number = this.#mint();
    const tokens: IssuedTokens = {
      access: `access-${number}`,
      refresh: `refresh-${number}`,
      accessLifetimeSeconds: 900,
      refreshLifetimeSeconds: 604_800,
      teamSlug: bearer.team,
      hubId: this.#hubId,
    };
    this.#access.set(tokens.access, { ...bearer, family });
    this.#refresh.set(tokens.refresh, { bearer, family, successor: undefined });
    return tokens;
  }

  #end(family: number): void {
    for (const [token, each] of this.#refresh) if (each.family === family) this.#refresh.delete(token);
    for (const [token, each] of this.#access) if (each.family === family) this.#access.delete(token);
  }

  #mint(): number {
    return ++this.#minted;
  }
}

interface RefreshToken {
  readonly bearer: Bearer;
  readonly family: number;
  successor: IssuedTokens | undefined;
}
