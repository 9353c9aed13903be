import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import type { Account, HubAddress } from '../../domain/outbox/account.js';
import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { isSecureHubUrl, normalizeHubUrl } from '../../domain/delivery/hub-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { MachineAccounts, SignInEnvironment } from '../../ports/delivery.js';

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
  if (token === '') return ok(undefined);
  if (!isBearerToken(token)) return err('SPEC_KITTY_TOKEN holds characters that no token has');
  if (environment.serverUrl === undefined || environment.serverUrl.trim() === '') {
    return err('SPEC_KITTY_TOKEN is set, but SPEC_KITTY_SERVER_URL does not say for which hub');
  }
  const url = normalizeHubUrl(environment.serverUrl);
  if (!url.ok) return err(`SPEC_KITTY_SERVER_URL: ${url.error}`);
  if (!isSecureHubUrl(url.value)) return err('SPEC_KITTY_SERVER_URL is neither https nor on this machine');
  return ok({ hub: { url: url.value }, token });
};

/** Whom a token is for, as its hub last said; until it was asked, nobody knows the team. */
export const environmentAccount = async (
  { hub, token }: EnvironmentSignIn,
  machines: MachineAccounts | undefined,
): Promise<Account> => (await machines?.recall(hub, token)) ?? { hub, team: LOCAL_TEAM };
