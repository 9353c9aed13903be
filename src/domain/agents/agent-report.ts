import { isFields, parseJson, type Fields } from '../document.js';
import { isMeasure, usageIn, type RunUsage } from '../events/usage.js';

/** What an agent's program says of its own run in a form for machines. */
export interface AgentReport {
  /** Its last word, in which a verdict stands; absent when it has not said one. */
  readonly answer?: string;
  readonly usage: RunUsage;
}

/**
 * The report after one more value that the program printed, `undefined` when the value says nothing of the kind. Known
 * are the result document of Claude Code (Cursor and Qwen Code print the same), the events of `codex exec --json`, of
 * which one run has several, and the document of Gemini CLI. Whoever prints the same is understood, whatever it is called.
 */
export const takeReport = (report: AgentReport | undefined, value: unknown): AgentReport | undefined => {
  if (Array.isArray(value))
    return value.reduce<AgentReport | undefined>((so, each) => takeReport(so, each) ?? so, report);
  if (!isFields(value)) return undefined;
  if (value['type'] === 'result') return reportOf(value['result'], ofResult(value));
  if (value['type'] === 'turn.completed')
    return { ...report, usage: ofCodex(report?.usage ?? {}, fieldsOf(value['usage'])) };
  if (value['type'] === 'item.completed') {
    const { type, text } = fieldsOf(value['item']);
    return type === 'agent_message' && typeof text === 'string'
      ? { usage: report?.usage ?? {}, answer: text }
      : undefined;
  }
  const models = fieldsOf(value['stats'])['models'];
  return isFields(models) ? reportOf(value['response'], ofGemini(models)) : undefined;
};

const reportOf = (answer: unknown, usage: RunUsage): AgentReport =>
  typeof answer === 'string' ? { answer, usage } : { usage };

const ofResult = (result: Fields): RunUsage => {
  const usage = fieldsOf(result['usage']);
  const cost = result['total_cost_usd'];
  return usageIn({
    turns: result['num_turns'],
    // What came from a cache or went into it was read, too.
    input_tokens: sumOf([
      usage['input_tokens'],
      usage['cache_creation_input_tokens'],
      usage['cache_read_input_tokens'],
    ]),
    output_tokens: usage['output_tokens'],
    cost_usd_micros: typeof cost === 'number' ? Math.round(cost * 1e6) : undefined,
  });
};

/** A turn of Codex is a whole conversation, so it says nothing beside those of others. */
const ofCodex = (before: RunUsage, usage: Fields): RunUsage =>
  usageIn({
    input_tokens: sumOf([before.input_tokens, usage['input_tokens']]),
    output_tokens: sumOf([before.output_tokens, usage['output_tokens']]),
  });

const ofGemini = (models: Fields): RunUsage => {
  const tokens = Object.values(models).map((model) => fieldsOf(fieldsOf(model)['tokens']));
  return usageIn({
    input_tokens: sumOf(tokens.map(({ prompt }) => prompt)),
    output_tokens: sumOf(tokens.flatMap(({ candidates, thoughts }) => [candidates, thoughts])),
  });
};

/** Of those that can be measures; `undefined` when none can. An impossible one takes nothing from the others. */
const sumOf = (values: readonly unknown[]): number | undefined => {
  const numbers = values.filter(isMeasure);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
};

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** A line as people can read it: of an event for machines what it says or runs; any other line as it is. */
export const shownLine = (line: string): string => {
  if (!/^\s*\{"/.test(line)) return line;
  const [, said] = /"(?:text|command|result|message|response)":"((?:[^"\\]|\\.)*)/.exec(line) ?? [];
  if (said === undefined) return line;
  const text = parseJson(`"${said}"`);
  return typeof text === 'string' ? (text.trim().split('\n').at(-1) ?? line) : line;
};
