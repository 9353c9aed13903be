import type { AccountStore, DeviceFault } from '../../ports/hub.js';
import { form, page, paragraph } from './page.js';
import { problem, PROBLEMS } from './problem.js';
import { json, refuse } from './route.js';
import type { Answer, HubRequest, Route } from './route.js';
import { credentialsOf } from './sign-in-desk.js';
import { readFields, tokensBody } from './token-api.js';
import type { Office } from './token-api.js';

/**
 * Signing in a device that has no browser of its own, or no keyboard (RFC 8628): it shows a code, a person types that code
 * and a password on a page of the hub, and the device, which has been asking meanwhile, gets its tokens.
 */
export const deviceRoutes = (accounts: AccountStore, hubId: string, office: Office): readonly Route[] => [
  {
    method: 'POST',
    path: '/api/v1/device/code/',
    summary: 'Begins the sign-in of a device: one code to ask with, another one to show.',
    access: {
      kind: 'open',
      handle: async (request) => {
        const fields = await readFields(request, office.limits, []);
        if (!fields.ok) return refuse(fields.error);
        const rule = office.limits.devicesByAddress;
        if (!(await accounts.takeTurn(`device ${request.address}`, rule))) {
          const headers = { 'retry-after': String(Math.ceil(rule.everyMs / 1000)) };
          return refuse(problem('too-many-requests', 'Too many devices ask to be signed in.', { headers }));
        }
        const codes = await accounts.askForDevice(fields.value['device']?.slice(0, LONGEST_DEVICE));
        const userCode = shown(codes.userCode);
        return json({
          device_code: codes.deviceCode,
          user_code: userCode,
          verification_uri: `${request.base}/device`,
          verification_uri_complete: `${request.base}/device?user_code=${userCode}`,
          expires_in: codes.lifetimeSeconds,
          interval: codes.intervalSeconds,
        });
      },
    },
  },
  {
    method: 'POST',
    path: '/api/v1/device/token/',
    summary: 'Asks whether the device is signed in, and gets its tokens.',
    access: {
      kind: 'open',
      handle: async (request) => {
        const fields = await readFields(request, office.limits, ['device_code']);
        if (!fields.ok) return refuse(fields.error);
        const redeemed = await accounts.redeemDevice(fields.value['device_code'] ?? '');
        if (redeemed.ok) return json(tokensBody(redeemed.value, hubId));
        const [error, detail] = FAULTS[redeemed.error];
        return refuse(problem('device-waits', detail, { members: { error, code: error } }));
      },
    },
  },
  {
    method: 'GET',
    path: '/device',
    summary: 'The page on which a person signs in a device.',
    access: {
      kind: 'open',
      handle: (request) => Promise.resolve(devicePage(request.query.get('user_code') ?? '')),
    },
  },
  {
    method: 'POST',
    path: '/device',
    summary: 'What a person sends from that page.',
    access: { kind: 'open', handle: (request) => letIn(accounts, request, office) },
  },
];

const LONGEST_DEVICE = 100;

const FAULTS: Readonly<Record<DeviceFault, readonly [error: string, detail: string]>> = {
  pending: ['authorization_pending', 'Nobody has agreed yet.'],
  'slow-down': ['slow_down', 'Ask less often.'],
  expired: ['expired_token', 'The code is unknown or too old; begin again.'],
};

const shown = (userCode: string): string => `${userCode.slice(0, 4)}-${userCode.slice(4)}`;

const letIn = async (
  accounts: AccountStore,
  request: HubRequest,
  { desk, limits }: Office,
): Promise<Answer> => {
  const fields = await readFields(request, limits, ['user_code', 'username', 'password']);
  if (!fields.ok) return devicePage('', fields.error.detail, 400);
  const credentials = credentialsOf(fields.value);
  const { user_code: userCode = '' } = fields.value;
  const { username } = credentials;
  const proven = await desk.check({ username, address: request.address, purpose: 'device' }, () =>
    accounts.prove(credentials),
  );
  if (!proven.ok) {
    const { kind, detail } = proven.error;
    return devicePage(userCode, detail ?? PROBLEMS[kind].title, PROBLEMS[kind].status);
  }
  if (await accounts.agreeToDevice(userCode, proven.value)) {
    return page('The device is signed in', paragraph('You can close this page and go back to it.'));
  }
  return devicePage('', 'This code is unknown, used or too old. Begin again on the device.', 400);
};

const devicePage = (userCode: string, fault?: string, status = 200): Answer =>
  page(
    'Sign in a device',
    [
      fault === undefined ? '' : paragraph(fault, 'alert'),
      paragraph(
        'Go on only if you began this yourself: the program that shows the code will act in your name.',
      ),
      form(
        [
          { name: 'user_code', label: 'Code that the device shows', value: userCode },
          { name: 'username', label: 'User name', autocomplete: 'username' },
          { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
          { name: 'team_slug', label: 'Team, if not your first one', optional: true },
        ],
        'Sign in the device',
      ),
    ].join('\n'),
    status,
  );
