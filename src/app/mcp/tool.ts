import { issuesOf, type Description, type DocumentOf, type Fields } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import { jsonSchemaOf, type JsonSchema } from '../../domain/json-schema.js';
import type { Client } from '../library/client.js';
import type { FeatureRequest } from '../work/locate-feature.js';

/** What a call of a tool works with. */
export interface Call {
  readonly client: Client;
  /** The project, and the feature that is meant, as far as it is named. */
  readonly request: FeatureRequest;
  /** Ends with the call, when its caller gives it up or goes. */
  readonly signal: AbortSignal;
  /** Says something beside the result. */
  readonly note: (sentence: string) => void;
}

/** One tool, described once: from this come its registration, the check of its arguments, and its hints. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly changes: 'nothing' | 'once' | 'each-time';
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  readonly run: (args: Fields, call: Omit<Call, 'request'>) => Promise<object>;
}

type Input = Description<Fields> & { readonly entries: object };

interface ToolSpec<I extends Input> extends Omit<Tool, 'inputSchema' | 'run'> {
  readonly input: I;
  readonly run: (args: DocumentOf<I>, call: Call) => Promise<object>;
}

export const defineTool = <const I extends Input>({ input, run, ...spec }: ToolSpec<I>): Tool => ({
  ...spec,
  inputSchema: jsonSchemaOf(input),
  run: async (given, call) => {
    // What has been checked against a description is of the type that comes from it.
    const args = checked(spec.name, input, given) as DocumentOf<I> & { readonly feature?: string };
    return run(args, { ...call, request: await call.client.feature(args.feature) });
  },
});

/** Fails with `input-invalid`, naming everything that is wrong and what the tool takes: whoever guesses can correct it. */
const checked = (tool: string, input: Input, args: Fields): Fields => {
  // Hosts write `null` for what they leave out.
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  const issues = issuesOf(input, given);
  if (issues.length === 0) return given;
  throw new SyncError(
    'input-invalid',
    `${tool}: ${issues.map(({ path, reason }) => `${path} ${reason}`).join('; ')}.`,
    { hint: `${tool} takes ${Object.keys(input.entries).join(', ') || 'nothing'}.` },
  );
};
