import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { signInAtHub } from '../demo/hub-client.mjs';
import { PASSWORD, processesOf, USER } from './machine.mjs';

/** The good end: everything runs again, the wire is whole, and deliveries go on until nothing is left. */
export const settleEverything = async (machine, chaos) => {
  await chaos.endWorkers();
  chaos.proxy.mend();
  const { directory } = machine.checkouts[0];
  // A command in each repository brings to its end what a killed one left over there.
  for (const { directory: each } of machine.checkouts)
    await machine.run(['sync', 'status', '--json'], { cwd: each });
  for (let round = 1; round <= 20; round++) {
    const { code, out, err } = await machine.run(['sync', 'now', '--json'], { cwd: directory });
    chaos.counts.add('last rounds');
    if (code === 0) return;
    if (round === 20) chaos.problems.push(`the last delivery ended with ${code}: ${out}${err}`);
  }
};

/** Compares the oracle, the journals, the hub and the reports. Returns what is wrong, in words. */
export const examine = async (machine, counts) => {
  const problems = [];
  const acknowledged = await readOracle(machine, counts, problems);
  const hub = await signInAtHub(`http://127.0.0.1:${machine.hubPort}`, USER, PASSWORD);
  const stored = await hub.events();
  const clocks = new Map();
  for (const { directory, uuid } of machine.checkouts) {
    const journal = await readJournal(join(machine.stateRoot, 'outbox', uuid), problems);
    const ids = journal.map(({ event }) => event.event_id);
    const atHub = stored
      .filter(({ event }) => event.project_uuid === uuid)
      .map(({ event }) => event.event_id);
    counts.add('records in journals', ids.length);
    counts.add('events at the hub', atHub.length);
    problems.push(
      ...differences('acknowledged and not in the journal', acknowledged.get(directory) ?? [], ids),
      ...differences('in the journal and not at the hub', ids, atHub),
      ...differences('at the hub and not in the journal', atHub, ids),
      ...repeated('in the journal', ids),
      ...repeated('at the hub', atHub),
    );
    checkOrder(journal, uuid, clocks, problems);
    await checkReport(machine, directory, uuid, ids.length, problems);
  }
  return problems;
};

/** Ends the hub and the wire; both ports are then closed and no process is left. */
export const endEverything = async (machine, chaos) => {
  const problems = [];
  const code = await chaos.hub.stop();
  if (code !== 0) problems.push(`the hub ended with ${code}`);
  const ports = [machine.hubPort, Number(new URL(chaos.proxy.url).port)];
  await chaos.proxy.close();
  for (const port of ports) if (await isOpen(port)) problems.push(`port ${port} is still open`);
  for (const { command } of processesOf(machine)) problems.push(`a process was left: ${command}`);
  return problems;
};

const readOracle = async (machine, counts, problems) => {
  const acknowledged = new Map();
  for (const line of (await readFile(machine.oracle, 'utf8')).split('\n')) {
    // The last line of a killed process may be cut off, and another one's may follow in the same line.
    const match = /^(ack|waiting|refused) (\S+) (.+)$/.exec(line);
    if (match === null) continue;
    const [, kind, directory, rest] = match;
    counts.add(`emitted: ${kind}`);
    if (kind === 'refused') problems.push(`refused: ${rest}`);
    else acknowledged.set(directory, [...(acknowledged.get(directory) ?? []), rest]);
  }
  return acknowledged;
};

/** Reads the files as a person would, not by the code under test. */
const readJournal = async (outbox, problems) => {
  const sealed = (await readdir(join(outbox, 'segments')).catch(() => [])).filter((name) =>
    name.endsWith('.jsonl'),
  );
  const paths = [
    ...sealed.sort().map((name) => join(outbox, 'segments', name)),
    join(outbox, 'current.jsonl'),
  ];
  const records = [];
  for (const path of paths) {
    const [, ...lines] = (await readFile(path, 'utf8')).split('\n');
    for (const line of lines) {
      if (line === '') continue;
      try {
        records.push(JSON.parse(line));
      } catch {
        problems.push(`a line of ${path} cannot be read: ${line.slice(0, 200)}`);
      }
    }
  }
  return records;
};

const differences = (what, some, others) => {
  const known = new Set(others);
  return some.filter((id) => !known.has(id)).map((id) => `${what}: ${id}`);
};

const repeated = (where, ids) => {
  const seen = new Set();
  return ids.filter((id) => seen.size === seen.add(id).size).map((id) => `twice ${where}: ${id}`);
};

/** Numbers without a gap, and clocks that rise in each journal and come once in all of them. */
const checkOrder = (journal, uuid, clocks, problems) => {
  journal.forEach(({ record, event }, index) => {
    const before = journal[index - 1];
    if (before !== undefined && record !== before.record + 1)
      problems.push(`record ${record} of ${uuid} comes after ${before.record}`);
    if (before !== undefined && event.lamport_clock <= before.event.lamport_clock)
      problems.push(`the clock of record ${record} of ${uuid} did not rise`);
    const key = `${event.node_id} ${event.lamport_clock}`;
    if (clocks.has(key)) problems.push(`the clock ${key} was given twice`);
    clocks.set(key, event.event_id);
  });
};

const checkReport = async (machine, directory, uuid, count, problems) => {
  const { out } = await machine.run(['sync', 'status', '--json'], { cwd: directory });
  const told = JSON.parse(out).projects.find(({ project_uuid: project }) => project === uuid);
  const {
    captured,
    delivered,
    duplicate,
    pending,
    held,
    dead_letters: deadLetters,
    discarded,
  } = told.accounting;
  const expected = JSON.stringify([count, count, 0, {}, {}, 0, true, 0, 0]);
  const { refused, waiting_for_lock: waitingForLock } = told.beside;
  const real = [captured, delivered + duplicate, pending, held, deadLetters, discarded, told.balanced];
  if (JSON.stringify([...real, refused, waitingForLock]) !== expected)
    problems.push(`${count} records of ${uuid}, and the status says ${JSON.stringify(told)}`);
};

const isOpen = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
