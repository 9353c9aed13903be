import fc from 'fast-check';
import { acceptanceReasons } from '../../../src/domain/work/acceptance.js';
import { parseDependencyText } from '../../../src/domain/work/dependency-statement.js';
import { resolveDependencies } from '../../../src/domain/work/resolve-dependencies.js';
import { tasksOf } from '../../../src/domain/work/tasks-document.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';

/** A work package as its writer means it. */
interface Meant {
  readonly id: string;
  /** `undefined`: the document says nothing. */
  readonly needs: readonly string[] | undefined;
  readonly excludes: readonly string[];
  readonly tasks: readonly { readonly id: string; readonly isDone: boolean }[];
}

/** How a writer writes: every choice is a number, taken from what can be chosen. */
interface Manner {
  readonly choices: readonly number[];
  readonly isCrlf: boolean;
  readonly isMarked: boolean;
}

class Writer {
  readonly #choices: readonly number[];
  #at = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  one<T>(...from: readonly T[]): T {
    const choice = this.#choices[this.#at++ % this.#choices.length] ?? 0;
    return from[(choice + this.#at) % from.length] as T;
  }

  plan(meant: readonly Meant[]): string {
    const isUnderlined = this.one(true, false, false);
    return ['# Tasks', '', ...meant.flatMap((each) => this.#section(each, isUnderlined))].join('\n');
  }

  #section(meant: Meant, isUnderlined: boolean): readonly string[] {
    const { id } = meant;
    const number = String(Number(id.slice(2)));
    const title = this.one(
      `Work Package ${id}: A part`,
      id,
      `${id} – A part`,
      `Work Package ${number} - A part`,
      `**${id}** A`,
      `✅ ${id}`,
      isUnderlined ? `${id}: A` : `${number}. ${id}`,
    );
    const inner = this.one('##', '###', '####');
    const parts = [
      this.#statement(meant, inner),
      this.#tasks(meant, inner),
      ...[this.#noise(), this.#noise()].map((lines) => [`${inner} Notes`, '', ...lines]),
    ];
    const shift = this.one(0, 1, 2);
    return [
      ...(isUnderlined ? [title, '-----'] : [`## ${title}`]),
      '',
      ...[...parts.slice(shift), ...parts.slice(0, shift)].flatMap((part) => [...part, '']),
      `${inner} Notes`,
      '',
    ];
  }

  #statement({ id, needs, excludes }: Meant, inner: string): readonly string[] {
    if (needs === undefined) return [];
    if (needs.length === 0) {
      const none = this.one('None', 'none.', 'None (it is the first one)', 'No dependencies', '–', 'Nothing');
      const remark = this.one<readonly string[]>(
        [],
        excludes.slice(0, 1).map((other) => `- ${other} must run after ${id}.`),
      );
      return this.one([`${inner} Dependencies`, '', `- ${none}`, ...remark], [`**Dependencies**: ${none}`]);
    }
    const separator = this.one(', ', ' + ', '; ', ' / ', ' & ', ' and ', ' AND ', ', and ', ' ', ' or ');
    const ids = needs.map((each) => this.#reference(each));
    const lead = this.one('', 'Requires ', 'After ', 'Depends on ', 'Depends on the outputs of ', 'All of ');
    const other = excludes[0];
    const aside =
      other === undefined
        ? ''
        : this.one(
            '',
            `; parallel with ${other}`,
            ` (not ${other})`,
            `, independent of ${other}`,
            `. ${other} is optional`,
          );
    const text = `${lead}${ids.join(separator)}${aside}`;
    return this.one<readonly string[]>(
      [`${inner} Dependencies`, `- ${text}`],
      [`${inner} Dependencies:`, '', ...ids.map((each) => `${this.one('-', '*', '+', '1.')} ${lead}${each}`)],
      [`**Dependencies**: ${text}`],
      ['Dependencies:', ...ids.map((each) => `- ${each}`)],
      [
        `**Priority**: P1 | **Depends on**: ${ids.join(separator)}${aside} | **Prompt**: \`tasks/${other ?? id}-x.md\``,
      ],
      [
        '| Field | Value |',
        '|---|---|',
        '| Priority | P1 |',
        `| **Dependencies** | ${text.replaceAll('|', '/')} |`,
      ],
      ['| Priority | Depends on |', '|---|---|', `| P1 | ${ids.join('<br>')} |`],
      [`> **Dependencies**: ${text}`],
      [`It is small. Depends on ${ids.join(separator)}.`],
      [`${id} depends on ${ids.join(', ')}.`],
    );
  }

  #reference(id: string): string {
    const decorated = this.one(
      id,
      id,
      `**${id}**`,
      `\`${id}\``,
      `[${id}](tasks/${id}-x.md)`,
      id.toLowerCase(),
      `"${id}"`,
    );
    return `${decorated}${this.one('', '', ' (its model)')}`;
  }

  #tasks({ tasks }: Meant, inner: string): readonly string[] {
    if (tasks.length === 0) return [];
    const box = (isDone: boolean): string => (isDone ? this.one('[x]', '[X]') : '[ ]');
    const word = (isDone: boolean): string =>
      isDone ? this.one('done', '✅', 'Completed') : this.one('planned', '⬜', 'in progress', '');
    const mark = this.one('-', '*', '+', '1.', '> -');
    return [
      ...this.one<readonly string[]>([], [`${inner} Included Subtasks`, '']),
      ...this.one<readonly string[]>(
        tasks.map(
          ({ id, isDone }, at) =>
            `${at > 0 ? this.one('', '    ').slice(mark.startsWith('>') ? 4 : 0) : ''}${mark} ${box(isDone)} ${this.one(id, `**${id}**`, `\`${id}\``)} Do it`,
        ),
        [
          '| ID | What | Status |',
          '|---|---|---|',
          ...tasks.map(({ id, isDone }) => `| ${id} | Do it | ${word(isDone)} |`),
        ],
        ['| Done | Task |', '|:-:|---|', ...tasks.map(({ id, isDone }) => `| ${box(isDone)} | ${id} |`)],
      ),
    ];
  }

  /** Examples and remarks, none of which says anything about this work package. */
  #noise(): readonly string[] {
    const example = ['- [ ] T900 no', '**Dependencies**: WP77', '## WP78', '', 'Depends on WP77'];
    return this.one<readonly string[]>(
      ['```md', ...example, '```'],
      ['~~~~', ...example, '```', '~~~~'],
      ['<!--', ...example, '-->'],
      ['Text.', '', ...example.map((line) => `    ${line}`)],
      ['Write `**Dependencies**: WP77` there. WP77 is nice.'],
      ['- A list', '  ```', ...example.map((line) => `  ${line}`), '  ```'],
      [],
    );
  }
}

const plans: fc.Arbitrary<{ readonly meant: readonly Meant[]; readonly manner: Manner }> = fc.record({
  meant: fc.integer({ min: 1, max: 5 }).chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, at) => {
        const earlier = Array.from({ length: at }, (__, before) => `WP0${before + 1}`);
        return fc
          .record({
            needs: fc.option(fc.subarray(earlier), { nil: undefined, freq: 4 }),
            states: fc.array(fc.boolean(), { maxLength: 3 }),
          })
          .map(({ needs, states }): Meant => ({
            id: `WP0${at + 1}`,
            needs,
            excludes: earlier.filter((id) => needs?.includes(id) === false),
            tasks: states.map((isDone, task) => ({ id: `T${at + 1}0${task}`, isDone })),
          }));
      }),
    ),
  ),
  manner: fc.record({
    choices: fc.array(fc.nat({ max: 419 }), { minLength: 60, maxLength: 60 }),
    isCrlf: fc.boolean(),
    isMarked: fc.boolean(),
  }),
});

const written = (meant: readonly Meant[], { choices, isCrlf, isMarked }: Manner): string => {
  const text = new Writer(choices).plan(meant);
  return `${isMarked ? '\ufeff' : ''}${isCrlf ? text.replaceAll('\n', '\r\n') : text}`;
};

const resolved = (text: string, ids: readonly string[], fallback: string): readonly unknown[] => {
  const declared = ids.map((id) => ({
    id,
    path: `${id}.md`,
    dependencies: id === fallback ? [] : [fallback],
    line: 3,
  }));
  const { workPackages, faults, warnings } = resolveDependencies({ path: 'tasks.md', text }, declared);
  return [
    workPackages.map(({ id, dependencies, decidedBy }) => [
      id,
      decidedBy === 'tasks' ? dependencies : undefined,
    ]),
    faults,
    warnings.filter((warning) => warning.includes('section')),
  ];
};

describe('a plan that was written by somebody', () => {
  it('is read as it was meant, in whatever of the known forms it is written', () => {
    fc.assert(
      fc.property(plans, ({ meant, manner }) => {
        const text = written(meant, manner);
        const ids = meant.map(({ id }) => id);
        expect([text, resolved(text, ids, 'WP01')]).toEqual([
          text,
          [meant.map(({ id, needs }) => [id, needs]), [], []],
        ]);
        for (const { id, tasks } of meant) {
          const { boxes, unmarked } = tasksOf(text, id);
          expect([
            text,
            boxes.map(({ taskId, isOpen }) => ({ id: taskId, isDone: !isOpen })),
            unmarked,
          ]).toEqual([text, tasks, []]);
          const reasons = acceptanceReasons({
            ...{ workPackageId: id, lane: 'for_review', dirtyPaths: [], directory: 'd' },
            file: { path: 'f', text: '' },
            documents: { spec: '', plan: '', tasks: text },
          });
          expect(reasons.length === 0).toBe(tasks.length > 0 && tasks.every(({ isDone }) => isDone));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never loses an id that is asked for, whatever words stand between', () => {
    const word = fc.constantFrom(
      'WP01',
      'WP02',
      'WP03',
      ...[
        ',',
        '+',
        '/',
        'and',
        '→',
        ':',
        '–',
        'the',
        'model',
        'of',
        'prints',
        'for',
        'which',
        'first',
        'this',
        'is',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const text = `Requires ${words.join(' ')}`;
        const { dependencies, unclear } = parseDependencyText(text, 'WP09');
        const kept = JSON.stringify([dependencies, unclear]);
        for (const id of ['WP01', 'WP02', 'WP03'])
          expect([text, kept.includes(id)]).toEqual([text, text.includes(id)]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a plan of the corpus', () => {
  it.each<[string, (text: string) => string]>([
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['other list marks', (text) => text.replace(/^(\s*)- /gm, '$1* ')],
    ['bold ids', (text) => text.replace(/^(- Depends on )(WP\d\d)/gm, '$1**$2**')],
    ['headings of numbers', (text) => text.replace(/^## Work Package WP0?(\d+):/gm, '## Work Package $1 —')],
    ['lower headings', (text) => text.replace(/^(#+ .*)$/gm, '#$1')],
    [
      'labels',
      (text) => text.replace(/^### Dependencies\n+- (Depends on .*|None.*)$/gm, '**Dependencies**: $1'),
    ],
    ['other words', (text) => text.replace(/^- Depends on (?=WP)/gm, '- Requires ')],
  ])('says the same with %s', (_, change) => {
    for (const slug of corpusFeatures()) {
      const text = corpusText(`kitty-specs/${slug}/tasks.md`);
      const ids = [...new Set([...text.matchAll(/^## Work Package (WP\d+)/gm)].map(([, id = '']) => id))];
      expect(resolved(change(text), ids, 'WP01')).toEqual(resolved(text, ids, 'WP01'));
      expect(ids.map((id) => tasksOf(change(text), id).boxes.length)).toEqual(
        ids.map((id) => tasksOf(text, id).boxes.length),
      );
    }
  });
});
