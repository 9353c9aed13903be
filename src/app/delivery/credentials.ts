import { isBearerToken } from '../../domain/delivery/credentials.js';
import { isSecureHubUrl, normalizeHubUrl } from '../../domain/delivery/hub-url.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import type { Account, HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Credentials, IssuedTokens, MachineAccounts, SignInEnvironment } from '../../ports/delivery.js';

/** The account that stored credentials stand for. A hub of the base contract need not name a team. */
export const accountOf = (credentials: Credentials): Account => ({
  hub: credentials.server,
  team: credentials.teamSlug ?? LOCAL_TEAM,
  username: credentials.username,
});

/** Who tokens were issued to. */
type TokenHolder = Pick<Credentials, 'username' | 'teamSlug' | 'server'>;

/** What to store of tokens that a hub has just issued; what it does not say again stays as it was. */
export const issuedCredentials = (issued: IssuedTokens, holder: TokenHolder, nowMs: number): Credentials => {
  const teamSlug = issued.teamSlug ?? holder.teamSlug;
  const hubId = issued.hubId ?? holder.server.id;
  return {
    accessToken: issued.access,
    refreshToken: issued.refresh,
    accessExpiresAtMs: nowMs + issued.accessLifetimeSeconds * 1000,
    refreshExpiresAtMs: nowMs + issued.refreshLifetimeSeconds * 1000,
    username: holder.username,
    ...(teamSlug === undefined ? {} : { teamSlug }),
    server: { url: holder.server.url, ...(hubId === undefined ? {} : { id: hubId }) },
  };
};

/** The expiry of a token that nobody said anything about: the last year that is written with four digits. */
export const NEVER_EXPIRES_MS = 253_370_764_800_000;

/**
 * Credentials of a machine: a token that was made by hand and cannot be refreshed. It stands in the place of both,
 * since every reader of the file asks for both.
 */
export const machineCredentials = (token: string, holder: TokenHolder): Credentials => ({
  accessToken: token,
  refreshToken: token,
  accessExpiresAtMs: NEVER_EXPIRES_MS,
  refreshExpiresAtMs: NEVER_EXPIRES_MS,
  ...holder,
});

export const canRefresh = (credentials: Credentials): boolean =>
  credentials.refreshToken !== credentials.accessToken;

/** A sign-in given by variables. */
export interface EnvironmentSignIn {
  readonly hub: HubAddress;
  readonly token: string;
}

/**
 * What the variables give: `undefined` without a token, and a reason when there is one that cannot be used. A token
 * whose hub is not named goes nowhere, since it is sent only to the server that issued it.
 */
export const environmentSignIn = (
  environment: SignInEnvironment,
): Result<EnvironmentSignIn | undefined, string> => {
  const token = environment.token?.trim() ?? '';
  const serverUrl = environment.serverUrl?.trim() ?? '';
  if (token === '') return ok(undefined);
  if (!isBearerToken(token)) return err('SPEC_KITTY_TOKEN holds characters that no token has');
  if (serverUrl === '')
    return err('SPEC_KITTY_TOKEN is set, but SPEC_KITTY_SERVER_URL does not say for which hub');
  const url = normalizeHubUrl(serverUrl);
  if (!url.ok) return err(`SPEC_KITTY_SERVER_URL: ${url.error}`);
  if (!isSecureHubUrl(url.value)) return err('SPEC_KITTY_SERVER_URL is neither https nor on this machine');
  return ok({ hub: { url: url.value }, token });
};

/** Whom a token is for, as its hub last said; until it was asked, nobody knows the team. */
export const environmentAccount = async (
  { hub, token }: EnvironmentSignIn,
  machines: MachineAccounts | undefined,
): Promise<Account> => (await machines?.recall(hub, token)) ?? { hub, team: LOCAL_TEAM };
