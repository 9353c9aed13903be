import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFeature } from '../support/planning-documents.js';
import { envelopeOf } from '../support/outgoing-events.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { expectAccounted } from '../support/recount.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const COUNT = 4_500;
const FILLER = 'x'.repeat(7_500);

/** Megabytes: the texts of the events alone are 36. A segment or a portion of them needs about half of the limit. */
const ENV = { env: { NODE_OPTIONS: '--max-old-space-size=32' } };

describe('a journal that leaves for another machine', () => {
  it(
    'is the same there, byte for byte, in memory that does not grow with it, and is taken over once',
    () =>
      inSandbox(async (sandbox) =>
        inSandbox(async (other) => {
          const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
          const events = Array.from({ length: COUNT }, (_, index) =>
            JSON.stringify({
              ...envelopeOf(index + 1, { project_uuid: project as never, node_id: 'bbbbbbbbbbbb' }),
              unknown: { key: index, filler: FILLER },
            }),
          );
          const [original, lines, clouds] = ['original', 'lines', 'clouds'].map((name) =>
            join(sandbox.directory, name),
          ) as [string, string, string];
          await writeFile(original, events.map((event) => `${event}\n`).join(''));
          const counts = { rows: COUNT, invalid: 0, refused: 0, unusable: [] };
          expect(await succeed(sandbox, ['events', 'import', original], ENV)).toMatchObject({
            adopted: COUNT,
            ...counts,
          });
          await succeed(sandbox, ['events', 'export', '--output', lines], ENV);
          const { code } = await runCli(
            sandbox,
            ['events', 'export', '--format', 'cloudevents', '--output', clouds],
            ENV,
          );
          expect(code).toBe(0);
          expect((await readFile(lines)).equals(await readFile(original))).toBe(true);
          expect(await succeed(other, ['events', 'import', clouds], ENV)).toMatchObject({
            adopted: COUNT,
            ...counts,
          });
          expect(await ask(other, ['events', 'import', lines], ENV)).toMatchObject({
            ...{ code: 0, document: { adopted: 0, known: COUNT, ...counts } },
          });
          await expectAccounted(other, { atHub: [], held: { 'not signed in': COUNT } });
        }),
      ),
    120_000,
  );
});
