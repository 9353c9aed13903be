import { shownLine, takeReport, type AgentReport } from '../../../src/domain/agents/agent-report.js';

const reportOf = (...values: readonly unknown[]): AgentReport | undefined =>
  values.reduce<AgentReport | undefined>((so, value) => takeReport(so, value) ?? so, undefined);

describe('the report of an agent', () => {
  it('is the result document of Claude Code, with what caches held counted as read', () => {
    expect(
      reportOf({
        ...{ type: 'result', subtype: 'success', is_error: false, duration_ms: 61_000, num_turns: 14 },
        ...{ result: 'Done.\nVERDICT: approved x', session_id: 's', total_cost_usd: 0.42131 },
        usage: {
          ...{ input_tokens: 10, cache_creation_input_tokens: 200, cache_read_input_tokens: 3000 },
          ...{ output_tokens: 444, service_tier: 'standard' },
        },
      }),
    ).toEqual({
      answer: 'Done.\nVERDICT: approved x',
      usage: { turns: 14, input_tokens: 3210, output_tokens: 444, cost_usd_micros: 421_310 },
    });
  });

  it('is what the events of Codex say together; it tells no cost', () => {
    const turn = (input: number, output: number) => ({
      type: 'turn.completed',
      usage: { input_tokens: input, cached_input_tokens: input, output_tokens: output },
    });
    expect(
      reportOf(
        { type: 'thread.started', thread_id: 't' },
        { type: 'item.completed', item: { id: '1', type: 'agent_message', text: 'first' } },
        turn(100, 5),
        { type: 'item.completed', item: { id: '2', type: 'command_execution', command: 'ls' } },
        { type: 'item.completed', item: { id: '3', type: 'agent_message', text: 'last' } },
        turn(50, 6),
      ),
    ).toEqual({ answer: 'last', usage: { input_tokens: 150, output_tokens: 11 } });
  });

  it('counts nothing of a part whose figure cannot be', () => {
    const turn = (input: unknown) => ({ type: 'turn.completed', usage: { input_tokens: input } });
    for (const impossible of [-60, 1e300, 0.5, '7'])
      expect(reportOf(turn(100), turn(impossible), turn(50))).toEqual({ usage: { input_tokens: 150 } });
  });

  it('is the document of Gemini CLI, over all models', () => {
    const tokens = { prompt: 1000, candidates: 20, total: 1174, cached: 900, thoughts: 154, tool: 0 };
    expect(
      reportOf({ response: 'Here.', stats: { models: { a: { tokens }, b: { tokens }, c: {} }, tools: {} } }),
    ).toEqual({ answer: 'Here.', usage: { input_tokens: 2000, output_tokens: 348 } });
  });

  it('is in a list of events, too', () => {
    expect(reportOf([{ type: 'system' }, { type: 'result', result: 'ok', num_turns: 2 }])).toEqual({
      answer: 'ok',
      usage: { turns: 2 },
    });
  });

  it('leaves unknown what is not said, or cannot be', () => {
    expect(reportOf({ type: 'result', num_turns: -4, total_cost_usd: 'much', usage: null })).toEqual({
      usage: {},
    });
    expect(reportOf({ type: 'turn.completed' })).toEqual({ usage: {} });
    for (const other of [null, 7, 'result', {}, [], { type: 'assistant' }, { stats: {} }])
      expect(reportOf(other)).toBeUndefined();
  });
});

describe('a line that an agent prints', () => {
  it('is shown as what it says, when it is an event for machines', () => {
    expect(shownLine('Thinking {"text":"x"}')).toBe('Thinking {"text":"x"}');
    expect(shownLine('{"type":"item.completed","item":{"type":"agent_message","text":"a\\n\\"b\\""}}')).toBe(
      '"b"',
    );
    expect(shownLine('{"type":"result","subtype":"success","result":"Approved for the first\u2026')).toBe(
      'Approved for the first\u2026',
    );
    expect(shownLine('{"type":"thread.started"}')).toBe('{"type":"thread.started"}');
  });
});
