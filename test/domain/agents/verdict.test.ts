import fc from 'fast-check';
import { readVerdict } from '../../../src/domain/agents/verdict.js';

const WORD = 'k7f3q2ab';
const verdictOf = (...lines: string[]) => readVerdict(lines, WORD);

describe('the verdict of a reviewer', () => {
  it.each([
    ['VERDICT: approved k7f3q2ab'],
    ['verdict: Approved k7f3q2ab.'],
    ['**VERDICT:** approved `k7f3q2ab`'],
    ['> `VERDICT: approved k7f3q2ab`'],
    ['\u001b[32mVERDICT: approved k7f3q2ab\u001b[0m'],
    ['VERDICT: approved k7f3q2ab\r'],
  ])('is an approval in the line %j', (line) => {
    expect(verdictOf('some', line, '', '  ')).toEqual({ verdict: 'approved' });
  });

  it.each([
    ['VERDICT: approved'],
    ['VERDICT: approved k7f3q2ac'],
    ['VERDICT: approved K7F3Q2AB'],
    ['VERDICT: approvedk7f3q2ab'],
    ['VERDICT: approved or not k7f3q2ab'],
    ['VERDICT: approved k7f3q2ab or not'],
    ['I would say VERDICT: approved k7f3q2ab'],
    ['VERDICT approved k7f3q2ab'],
    ['VERDICT: rejected k7f3q2ab'],
    ['k7f3q2ab'],
    [''],
  ])('is none in the line %j', (line) => {
    expect(verdictOf(line)).toEqual({ verdict: 'none' });
  });

  it('is none when anything follows it', () => {
    expect(verdictOf('VERDICT: approved k7f3q2ab', 'bye')).toEqual({ verdict: 'none' });
    expect(verdictOf('VERDICT: approved k7f3q2ab', 'VERDICT: approved')).toEqual({ verdict: 'none' });
  });

  it('is the last one of several', () => {
    expect(verdictOf('VERDICT: changes requested k7f3q2ab', 'VERDICT: approved k7f3q2ab')).toEqual({
      verdict: 'approved',
    });
    expect(
      verdictOf('VERDICT: approved k7f3q2ab', 'FEEDBACK: no', 'VERDICT: changes requested k7f3q2ab'),
    ).toEqual({ verdict: 'changes-requested', feedback: 'no' });
  });

  it('comes with everything between the last FEEDBACK and itself', () => {
    const lines = [
      'FEEDBACK: old',
      'x',
      '**FEEDBACK:** 1. rename',
      '',
      '   2. test  ',
      'VERDICT: Changes-Requested k7f3q2ab',
    ];
    expect(verdictOf(...lines)).toEqual({
      verdict: 'changes-requested',
      feedback: '1. rename\n\n   2. test',
    });
  });

  it('comes with what was printed before it when the reviewer forgot the word', () => {
    expect(verdictOf('the name is wrong', 'VERDICT: changes requested k7f3q2ab')).toMatchObject({
      feedback: 'the name is wrong',
    });
    expect(verdictOf('VERDICT: changes requested k7f3q2ab')).toMatchObject({
      feedback: 'The reviewer requested changes and did not say which.',
    });
  });

  it('never brings more text, nor control characters, than a file can take', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 })), (lines) => {
        const verdict = verdictOf(...lines, 'VERDICT: changes requested k7f3q2ab');
        if (verdict.verdict !== 'changes-requested') throw new Error('no changes requested');
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(verdict.feedback).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
      }),
    );
    const long = verdictOf(`FEEDBACK: ${'x'.repeat(100_000)}`, 'VERDICT: changes requested k7f3q2ab');
    expect(JSON.stringify(long).length).toBeLessThan(17_000);
  });
});
