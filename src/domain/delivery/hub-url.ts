import { err, ok, type Result } from '../result.js';

/**
 * The one form in which a hub's URL is stored and compared: scheme and host in lower case, no default port, no
 * trailing slash. The error says in a sentence what is wrong. Whoever the address names in the end, a token is sent to
 * it, so everything that two URL parsers might read differently (user names, backslashes, dot segments) is refused.
 */
export const normalizeHubUrl = (text: string): Result<string, string> => {
  const trimmed = text.trim();
  const match = HUB_URL.exec(trimmed);
  if (match === null)
    return err(`"${shown(trimmed)}" is not a server address such as https://hub.example.org.`);
  const [, scheme = '', host = '', port, path = ''] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535))
    return err(`Port ${port} does not exist.`);
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) return err('A server address has no "." or ".." in its path.');
  const lower = scheme.toLowerCase();
  const portPart = port === undefined || Number(port) === DEFAULT_PORTS[lower] ? '' : `:${Number(port)}`;
  return ok(`${lower}://${host.toLowerCase()}${portPart}${path.replace(/\/+$/, '')}`);
};

/** Whether tokens and events may travel to this address: https anywhere, plain http on this machine only. */
export const isSecureHubUrl = (url: string): boolean => {
  const match = HUB_URL.exec(url);
  if (match === null) return false;
  const [, scheme = '', host = ''] = match;
  return scheme.toLowerCase() === 'https' || isLoopback(host.toLowerCase());
};

/** Whether the address is on this machine. */
export const isLoopbackUrl = (url: string): boolean =>
  isLoopback((HUB_URL.exec(url.replace(/^ws/i, 'http'))?.[2] ?? '').toLowerCase());

/** Where the live connection of a hub is. */
export const liveUrl = (hubUrl: string): string =>
  `${hubUrl.replace(/^http/i, 'ws').replace(/\/+$/, '')}/ws/v1/events/`;

/** Where an endpoint of a hub is; `path` begins with a slash. */
export const endpointUrl = (hubUrl: string, path: string): string => `${hubUrl.replace(/\/+$/, '')}${path}`;

const HUB_URL =
  /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?((?:\/[\w.~%-]*)*)$/i;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(host);

// A mistyped address may hold a password: nothing between the slashes and an @ is repeated.
const shown = (text: string): string => text.replace(/\/\/[^/]*@/, '//…@').slice(0, 100);
