import { hasAnnouncedItself, isSameAccount, type Account } from '../../domain/outbox/account.js';
import { SyncError } from '../../domain/errors.js';
import { normalizeEventId } from '../../domain/ids.js';
import type { Capability } from '../../domain/wire.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Identification } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import type { AccessTokens } from './access-token.js';
import { askForPage, type Whom } from './granted-access.js';

interface HubReceiptsNeeds extends Pick<ClientPorts, 'receiptReader' | 'tokenIssuer' | 'wallClock'> {
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
}

/** What a hub says that it has, and of which history of its log it says so. */
export class HubReceipts extends UseCase<HubReceiptsNeeds> {
  #asked:
    { readonly url: string; readonly said: Identification | undefined; readonly atMs: number } | undefined;

  /**
   * The present history of a hub's log: another one than before means that it was restored. `undefined` for a hub that
   * has none or cannot be asked now. It is asked once a minute at most, unless `isInsisted`.
   */
  async historyOf(account: Account, isInsisted: boolean, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.#said(account, isInsisted, signal))?.history;
  }

  /** Whether a hub announced that it can do something beyond the base contract; asked as seldom. */
  async canDo(account: Account, capability: Capability, signal?: AbortSignal): Promise<boolean> {
    return (await this.#said(account, false, signal))?.capabilities?.includes(capability) === true;
  }

  async #said(
    account: Account,
    isInsisted: boolean,
    signal?: AbortSignal,
  ): Promise<Identification | undefined> {
    if (!hasAnnouncedItself(account.hub)) return undefined;
    const { url } = account.hub;
    const nowMs = this.ports.wallClock.nowMs();
    const asked = this.#asked;
    const isRecent = asked?.url === url && Math.abs(nowMs - asked.atMs) < ASKED_AGAIN_MS;
    if (isRecent && !isInsisted) return asked.said;
    const granted = await this.ports.accessTokens.get(signal);
    // A token of who has signed in since goes to no other hub.
    if (granted.state !== 'granted' || !isSameAccount(granted.account, account)) return undefined;
    const answer = await this.ports.tokenIssuer.identify(granted.account.hub, granted.token, signal);
    const said = answer.ok ? answer.value : undefined;
    this.#asked = { url, said, atMs: nowMs };
    return said;
  }

  /**
   * Every id that the hub has of a project, in canonical form. Fails with `not-signed-in`, `session-expired`,
   * `unreachable`, or `protocol-mismatch` for a hub that has no receipts to show.
   */
  async idsAtHub(account: Account, projectUuid: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
    if (!hasAnnouncedItself(account.hub)) throw withoutReceipts(account);
    const ids = new Set<string>();
    const { accessTokens, receiptReader } = this.ports;
    for (let after = 0, more = true; more;) {
      const ask = (whom: Whom) => receiptReader.read({ ...whom, projectUuid, after }, signal);
      const answer = await askForPage(accessTokens, account, 'receipts', ask, signal);
      if (answer.answer === 'unsupported') throw withoutReceipts(account);
      for (const id of answer.eventIds) ids.add(normalizeEventId(id) ?? id);
      ({ next: after, more } = answer);
    }
    return ids;
  }
}

const ASKED_AGAIN_MS = 60_000;

const withoutReceipts = (account: Account): SyncError =>
  new SyncError('protocol-mismatch', `${account.hub.url} cannot say which events it has.`, {
    hint: 'Its side of the contract is older than this command: upgrade the hub. What was settled here stays settled.',
  });
