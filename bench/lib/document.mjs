import { readFile, writeFile } from 'node:fs/promises';
import { formatTable } from './table.mjs';

const BEGIN = '<!-- figures: written by npm run bench -->';
const END = '<!-- end of figures -->';

/** Puts the figures of a run, with its machine and its date, in the place of the former ones in a Markdown document. */
export const writeFigures = async (path, { measuredAt, node, machine, comparisons }) => {
  const text = await readFile(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${path} has no place for figures`);
  const { system, processor, cores, memoryGb, loadAverage } = machine;
  const about = `Measured ${measuredAt.slice(0, 16).replace('T', ' ')} UTC, Node ${node.slice(1)}, ${system}, ${cores} × ${processor}, ${memoryGb} GB; load average at the end ${loadAverage.join(', ')}.`;
  const figures = `${BEGIN}\n\n${about}\n\n\`\`\`text\n${formatTable(comparisons)}\n\`\`\`\n\n`;
  await writeFile(path, text.slice(0, begin) + figures + text.slice(end));
};
