import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN } from './scratch.mjs';

export const PASSWORD = 'lighthouse-bench';

/** The least a hub can be, in a process of its own: it parses what it gets and answers every event. */
export const startParsingHub = () => startProgram('parsing-hub.mjs');

/** A server of this folder in a process of its own, which says its address and ends with its input. */
export const startProgram = async (name, ...args) => {
  const program = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data).trim())),
  );
  return { url, stop: () => child.stdin.end() };
};

/** A JSON document posted, and the answer's. */
export const postJson = async (url, body, token) => {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
};

/** An access token of a user. */
export const signIn = async (url, username = 'ada') => {
  const { access } = await postJson(`${url}/api/v1/token/`, { username, password: PASSWORD });
  return access;
};

/** A hub in a process of its own, with the team `acme` and the user `ada`. */
export const startHub = async (scratch) => {
  const place = placeOf(scratch);
  addUser(place, 'acme', 'ada');
  return { ...(await serveHub(place)), database: join(place.options[1], 'hub.sqlite') };
};

/** Where a hub keeps its data: a directory, or the PostgreSQL database of that address. */
export const placeOf = (scratch, databaseUrl) => {
  const user = scratch.makeUser('hub');
  if (databaseUrl === undefined) return { user, options: ['--data', join(user.stateRoot, 'hub')] };
  const file = join(user.stateRoot, 'database-url');
  writeFileSync(file, `${databaseUrl}\n`, { mode: 0o600 });
  return { user, options: ['--database-url-file', file] };
};

/** Adds a user to a team, which is made where it is not there. Returns a token that outlives every measurement. */
export const addUser = ({ user, options }, team, name) => {
  const run = (args, input) => user.run(user.stateRoot, ['hub', ...args, ...options], input);
  if (!run(['team', 'list']).split(/\s+/).includes(team)) run(['team', 'add', team]);
  run(['user', 'add', name, '--team', team, '--password-stdin'], `${PASSWORD}\n`);
  return JSON.parse(run(['token', 'create', '--user', name, '--json'])).token;
};

/** A hub in a process of its own over a place. */
export const serveHub = async ({ user, options }) => {
  const child = spawn(process.execPath, [BIN, 'hub', 'serve', '--port', '0', ...options], {
    env: user.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}: ${said}`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /The hub is at (http:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { url, pid: child.pid, stop: () => stop(child) };
};

/** A server that accepts connections and never answers. */
export const openBlackHole = async () => {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
};

/** A port on which nobody listens. */
export const closedPort = async () => {
  const { url, close } = await openBlackHole();
  close();
  return url;
};

const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.removeAllListeners('exit');
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
