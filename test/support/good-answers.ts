import type { IncomingMessage } from 'node:http';
import type { MemoryHub } from '../../src/adapters/memory/memory-hub.js';
import type { IssuedTokens } from '../../src/ports/delivery.js';

/** What a hub of the contract answers. */
export interface GoodAnswer {
  readonly status: number;
  readonly body: string;
}

/** Makes a request take effect at the hub in memory, and puts its answer into the words of the contract. */
export const goodAnswer = (hub: MemoryHub, request: IncomingMessage, text: string): GoodAnswer => {
  const bearer = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const { signIns } = hub;
  const fields = (): Record<string, string> => JSON.parse(text) as Record<string, string>;
  switch (`${request.method} ${request.url}`) {
    case 'POST /api/v1/events/batch/': {
      const known = signIns.bearerOf(bearer);
      if (known === undefined) return REFUSED;
      const results = hub.receive(known, (JSON.parse(text) as { events: unknown[] }).events);
      return results === 'poison' ? { status: 400, body: '{"error":"bad"}' } : json({ results });
    }
    case 'POST /api/v1/token/':
      return json(wire(signIns.signIn(fields()['username'] ?? '', fields()['password'] ?? '')));
    case 'POST /api/v1/token/refresh/':
      return json(wire(signIns.refresh(fields()['refresh'] ?? '')));
    case 'POST /api/v1/token/revoke/':
      return signIns.revoke(fields()['refresh'] ?? '') ? { status: 204, body: '' } : REFUSED;
    case 'POST /api/v1/ws-token/': {
      const token = signIns.liveToken(bearer);
      return json(token && { ws_token: token, expires_in: 900 });
    }
    case 'POST /api/v1/device/code/': {
      const { deviceCode, userCode } = signIns.askForDevice();
      const page = `${hub.url}/device`;
      return json({ device_code: deviceCode, user_code: userCode, verification_uri: page, expires_in: 600 });
    }
    case 'POST /api/v1/device/token/': {
      const redeemed = signIns.redeemDevice(fields()['device_code'] ?? '');
      if (typeof redeemed === 'object') return json(wire(redeemed));
      const error = redeemed === 'pending' ? 'authorization_pending' : 'expired_token';
      return { status: 400, body: JSON.stringify({ error }) };
    }
    case 'GET /api/v1/me/': {
      const known = signIns.bearerOf(bearer);
      return json(
        known && {
          ...{ user: { username: known.username }, teams: [{ slug: known.team }], hub_id: hub.id },
          capabilities: hub.capabilities,
        },
      );
    }
    case 'POST /api/v1/machines/report/':
      return signIns.bearerOf(bearer) === undefined ? REFUSED : { status: 204, body: '' };
    case 'GET /api/v1/sync/health/':
      return json({ status: 'ok' });
    default:
      if (request.url?.startsWith('/api/v1/events/?') === true) return pageOf(hub, bearer, request.url);
      return { status: 404, body: '{"title":"no such endpoint"}' };
  }
};

/** Two at a time, so that there is always a next page to lose. */
const pageOf = (hub: MemoryHub, bearer: string, url: string): GoodAnswer => {
  const known = hub.signIns.bearerOf(bearer);
  if (known === undefined) return REFUSED;
  const query = new URL(`http://hub${url}`).searchParams;
  const after = Number(query.get('after'));
  const later = hub.storedEvents(known.team).filter(({ sequence }) => sequence > after);
  const events = later.slice(0, 2);
  return json({ events, next: events.at(-1)?.sequence ?? after, more: later.length > events.length });
};

const REFUSED: GoodAnswer = { status: 401, body: '{"detail":"not accepted"}' };

const json = (value: unknown): GoodAnswer =>
  value === undefined ? REFUSED : { status: 200, body: JSON.stringify(value) };

const wire = (issued: IssuedTokens | undefined): object | undefined =>
  issued && {
    access: issued.access,
    refresh: issued.refresh,
    access_lifetime: issued.accessLifetimeSeconds,
    refresh_lifetime: String(issued.refreshLifetimeSeconds),
    team_slug: issued.teamSlug,
    hub_id: issued.hubId,
  };
