import { OutputLines, ReportReader } from '../../../src/adapters/agents/agent-output.js';
import type { AgentReport } from '../../../src/domain/agents/agent-report.js';

const read = (...pieces: readonly string[]): AgentReport | undefined => {
  const reader = new ReportReader();
  const lines = new OutputLines((_line, printed) => reader.take(printed));
  for (const piece of pieces) lines.push(Buffer.from(piece));
  lines.end();
  return reader.end();
};

const RESULT = '{"type":"result","result":"so","num_turns":3}';
const FOUND = { answer: 'so', usage: { turns: 3 } };

describe('the reports in an output', () => {
  it('are found in a line of their own, however it was cut, and among other lines', () => {
    expect(read(RESULT)).toEqual(FOUND);
    expect(read('warning: old\n', RESULT.slice(0, 9), RESULT.slice(9), '\nbye\n')).toEqual(FOUND);
  });

  it('may be the whole output, on many lines', () => {
    const document = { response: 'so', stats: { models: { m: { tokens: { prompt: 4, candidates: 1 } } } } };
    expect(read(`${JSON.stringify(document, null, 2)}\n`)).toEqual({
      answer: 'so',
      usage: { input_tokens: 4, output_tokens: 1 },
    });
  });

  it('are none where a program prints prose, or half a document', () => {
    expect(read('All done.\nVERDICT: approved x\n')).toBeUndefined();
    expect(read('{"type":"result","num_turns":3')).toBeUndefined();
  });

  it('are found after an endless line, of which nothing is kept', () => {
    const megabyte = `{"type":"result",${'x'.repeat(1024 * 1024)}`;
    expect(read(...Array.from({ length: 64 }, () => megabyte), `\n${RESULT}\n`)).toEqual(FOUND);
  });
});
