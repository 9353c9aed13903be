import * as api from '../../domain/hub/api.js';
import type { DeviceFault } from '../../ports/hub.js';
import { formCalls, page, paragraph } from './page.js';
import { later, Refusal } from './problem.js';
import { taking } from './request-body.js';
import { json, jsonOf, type Calls } from './route.js';
import { LONGEST_NAME, tokensBody, type Office } from './sign-in.js';

/**
 * Signing in a device that has no browser of its own, or no keyboard (RFC 8628): it shows a code, a person types that code
 * and a password on a page of the hub, and the device, which has been asking meanwhile, gets its tokens.
 */
export const deviceCalls = ({ accounts, store, limits, checkPassword }: Office): Calls => ({
  'POST /api/v1/device/code/': {
    summary: 'Begins the sign-in of a device: one code to ask with, another one to show.',
    answers: jsonOf(api.DEVICE_CODES),
    ...taking(api.DEVICE, async ({ device }, { address, base }) => {
      const rule = limits.devicesByAddress;
      if (!(await accounts.takeTurn(`device ${address}`, rule))) {
        const seconds = Math.ceil(rule.everyMs / 1000);
        throw later('too-many-requests', 'Too many devices ask to be signed in.', seconds);
      }
      const codes = await accounts.askForDevice(device?.slice(0, LONGEST_NAME));
      const userCode = shown(codes.userCode);
      return json({
        device_code: codes.deviceCode,
        user_code: userCode,
        verification_uri: `${base}/device`,
        verification_uri_complete: `${base}/device?user_code=${userCode}`,
        expires_in: codes.lifetimeSeconds,
        interval: codes.intervalSeconds,
      });
    }),
  },
  'POST /api/v1/device/token/': {
    summary: 'Asks whether the device is signed in, and gets its tokens.',
    answers: jsonOf(api.TOKENS),
    ...taking(api.DEVICE_CODE, async ({ device_code: code }) => {
      const redeemed = await accounts.redeemDevice(code);
      if (redeemed.ok) return json(tokensBody(redeemed.value, store.hubId));
      const [error, detail] = FAULTS[redeemed.error];
      throw new Refusal('device-waits', detail, { members: { error, code: error } });
    }),
  },
  ...formCalls({
    path: '/device',
    summary: 'The page on which a person signs in a device.',
    title: 'Sign in a device',
    inside: (code) => `
<p>Go on only if you began this yourself: the program that shows the code will act in your name.</p>
<label>Code that the device shows<input name="user_code" value="${code}" autocomplete="off" required></label>
<label>User name<input name="username" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<label>Team, if not your first one<input name="team_slug" autocomplete="off"></label>
<button>Sign in the device</button>`,
    link: api.DEVICE_LINK,
    filled: 'user_code',
    body: api.DEVICE_FORM,
    take: async (fields, { address }) => {
      const holder = await checkPassword('device', fields, address, (request) => accounts.prove(request));
      if (await accounts.agreeToDevice(fields.user_code, holder))
        return page('The device is signed in', paragraph('You can close this page and go back to it.'));
      return { status: 400, detail: 'This code is unknown, used or too old. Begin again on the device.' };
    },
  }),
});

const FAULTS: Readonly<Record<DeviceFault, readonly [error: string, detail: string]>> = {
  pending: ['authorization_pending', 'Nobody has agreed yet.'],
  'slow-down': ['slow_down', 'Ask less often.'],
  expired: ['expired_token', 'The code is unknown or too old; begin again.'],
};

const shown = (userCode: string): string => `${userCode.slice(0, 4)}-${userCode.slice(4)}`;
