import { duration } from '../../domain/duration.js';
import { joinUsage, shortCount, USAGE_MEASURES, type UsageMeasure } from '../../domain/events/usage.js';
import type { AgentUsage, FeatureBoard } from '../../domain/hub/cell-state.js';
import { usageOfFeature } from '../../domain/hub/usage-of.js';
import { Said } from './words.js';

/** What the agents took for a feature, by agent; nothing where nobody said anything. */
export const Usage = ({ board }: { readonly board: FeatureBoard }) => {
  const rows = usageOfFeature(board);
  if (rows.length === 0) return null;
  const agents = [...new Set(rows.map(({ agent }) => agent))];
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">What it took</h2>
      <p class="faint">Time is measured; the rest is as the agents report it. A dash is unknown.</p>
      <div class="scroll-x" role="region" aria-label="Usage by agent" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col" class="number">
                Runs
              </th>
              {USAGE_MEASURES.map((measure) => (
                <th scope="col" class="number" key={measure}>
                  {SHOWN[measure].head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <Row
                key={agent ?? ''}
                name={agent ?? 'others'}
                rows={rows.filter((row) => row.agent === agent)}
              />
            ))}
            {agents.length > 1 ? <Row name="all" rows={rows} /> : null}
          </tbody>
        </table>
      </div>
    </section>
  );
};

const Row = ({ name, rows }: { readonly name: string; readonly rows: readonly AgentUsage[] }) => {
  const sum = joinUsage(rows);
  return (
    <tr>
      <th scope="row">
        <Said text={name} />
      </th>
      <td class="number">{sum.runs}</td>
      {USAGE_MEASURES.map((measure) => {
        const known = sum[measure];
        return (
          <td class="number" key={measure}>
            {known === null ? '–' : SHOWN[measure].show(known.sum)}
            {known === null || known.runs === sum.runs ? null : (
              <span class="faint">{` (${known.runs} of ${sum.runs} runs)`}</span>
            )}
          </td>
        );
      })}
    </tr>
  );
};

const SHOWN: Readonly<Record<UsageMeasure, { readonly head: string; show(sum: number): string }>> = {
  duration_ms: { head: 'Time', show: duration },
  turns: { head: 'Turns', show: String },
  input_tokens: { head: 'Tokens in', show: shortCount },
  output_tokens: { head: 'Tokens out', show: shortCount },
  cost_usd_micros: { head: 'Cost (USD)', show: (sum) => (sum / 1e6).toFixed(2) },
};
