import { MemoryLiveTransport } from '../../../src/adapters/memory/memory-transports.js';
import { bufferSink } from '../../support/buffer-sink.mjs';
import { CommandLine } from '../../support/command-line.js';
import { makeEvent } from '../../support/hub-events.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

/** Runs the command, lets the hub say these as soon as it is connected, and interrupts it when all were shown. */
const tail = async (events: readonly object[], ...options: readonly string[]) => {
  await cli.signIn();
  const interruption = new AbortController();
  const out = bufferSink();
  let shown = 0;
  const stdout = {
    ...out,
    write: (text: string) => {
      out.write(text);
      shown += 1;
      if (shown === events.length) interruption.abort();
    },
  };
  const transport = new MemoryLiveTransport(cli.network);
  const open = transport.open.bind(transport);
  transport.open = async (...args) => {
    const session = await open(...args);
    for (const event of events) cli.hub.broadcast({ ...event, type: 'event' } as never);
    return session;
  };
  const overrides = { liveTransport: transport };
  return cli.run(['events', 'tail', ...options], { signal: interruption.signal, stdout, overrides });
};

describe('events tail', () => {
  it('prints one line for each event until it is interrupted', async () => {
    const { outcome, out, err } = await tail([makeEvent(), makeEvent({ aggregate_id: 'WP02' })]);
    expect(outcome).toBe('interrupted');
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out).toMatch(
      /^2026-01-01 00:00:00Z {2}shop 001-login WP01 {2}WPStatusChanged {2}planned → doing by /,
    );
    expect(out).toContain('WP02');
    expect(err).toContain('Events of team acme at https://hub.example.org, until interrupted.');
    expect(err).toContain('[Connected]');
  });

  it('with --json prints one document on each line, the events alone', async () => {
    const events = [makeEvent(), makeEvent()];
    const { out } = await tail(events, '--json');
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  });

  it('shows an event that it does not understand by what every event has', async () => {
    const { out } = await tail([{ event_id: 'x', event_type: 'Odd', lamport_clock: 7, node_id: 'n' }]);
    expect(out).toBe('7  Odd  x\n');
  });

  it('leaves other projects out when one is named', async () => {
    const wanted = makeEvent();
    const other = makeEvent({ project_uuid: '660e8400-e29b-41d4-a716-446655440001' });
    await cli.signIn();
    const interruption = new AbortController();
    const out = bufferSink();
    const transport = new MemoryLiveTransport(cli.network);
    const open = transport.open.bind(transport);
    transport.open = async (...args) => {
      const session = await open(...args);
      for (const event of [other, wanted]) cli.hub.broadcast({ ...event, type: 'event' } as never);
      return session;
    };
    const stdout = { ...out, write: (text: string) => (out.write(text), interruption.abort()) };
    const project = String(wanted.project_uuid);
    const ran = await cli.run(['events', 'tail', '--json', '--project-uuid', project], {
      signal: interruption.signal,
      stdout,
      overrides: { liveTransport: transport },
    });
    expect(JSON.parse(ran.out)).toMatchObject({ event_id: wanted.event_id });
  });

  it('begins after a number or an event of the hub', async () => {
    await cli.signIn();
    const events = [makeEvent(), makeEvent(), makeEvent()];
    cli.hub.receive({ username: 'bob', team: 'acme' }, events);
    for (const after of ['1', String(events[0]!.event_id)]) {
      const { out } = await tail(events.slice(1), '--json', '--after', after);
      expect(
        out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      ).toEqual(events.slice(1));
    }
    const unusable = await cli.run('events tail --json --after yesterday');
    expect(unusable.document).toMatchObject({ error: { code: 'wrong-usage' } });
    const unknown = await cli.run('events tail --json --after 01KH0000000000000000000ZZZ');
    expect(unknown.document).toMatchObject({ error: { code: 'input-invalid' } });
  });

  it('without a sign-in ends at once with one document', async () => {
    const { outcome, document } = await cli.run('events tail --json');
    expect(outcome).toBe('not-signed-in');
    expect(document.error.hint).toContain('spec-kitty auth login');
  });
});
