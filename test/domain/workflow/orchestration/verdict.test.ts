import fc from 'fast-check';
import { readVerdict } from '../../../../src/domain/workflow/orchestration/verdict.js';

describe('the verdict of a reviewer', () => {
  it.each([
    ['VERDICT: approved'],
    ['verdict: Approved.'],
    ['**VERDICT:** approved'],
    ['> `VERDICT: approved`'],
    ['\u001b[32mVERDICT: approved\u001b[0m'],
    ['VERDICT: approved\r'],
  ])('is an approval in the line %j', (line) => {
    expect(readVerdict(['some', line, '', 'bye'])).toEqual({ verdict: 'approved' });
  });

  it.each([
    ['VERDICT: approved or not'],
    ['I would say VERDICT: approved'],
    ['VERDICT approved'],
    ['VERDICT: rejected'],
    [''],
  ])('is none in the line %j', (line) => {
    expect(readVerdict([line])).toEqual({ verdict: 'none' });
  });

  it('is the last one of several', () => {
    expect(readVerdict(['VERDICT: changes requested', 'VERDICT: approved'])).toEqual({ verdict: 'approved' });
    expect(readVerdict(['VERDICT: approved', 'FEEDBACK: no', 'VERDICT: changes requested'])).toEqual({
      verdict: 'changes-requested',
      feedback: 'no',
    });
  });

  it('comes with everything between the last FEEDBACK and itself', () => {
    const lines = [
      'FEEDBACK: old',
      'x',
      '**FEEDBACK:** 1. rename',
      '',
      '   2. test  ',
      'VERDICT: Changes-Requested',
      'z',
    ];
    expect(readVerdict(lines)).toEqual({ verdict: 'changes-requested', feedback: '1. rename\n\n   2. test' });
  });

  it('comes with what was printed before it when the reviewer forgot the word', () => {
    expect(readVerdict(['the name is wrong', 'VERDICT: changes requested'])).toMatchObject({
      feedback: 'the name is wrong',
    });
    expect(readVerdict(['VERDICT: changes requested'])).toMatchObject({
      feedback: 'The reviewer requested changes and did not say which.',
    });
  });

  it('never brings more text, nor control characters, than a file can take', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 })), (lines) => {
        const verdict = readVerdict([...lines, 'VERDICT: changes requested']);
        if (verdict.verdict !== 'changes-requested') throw new Error('no changes requested');
        // eslint-disable-next-line no-control-regex -- what must not be there
        expect(verdict.feedback).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
      }),
    );
    const long = readVerdict([`FEEDBACK: ${'x'.repeat(100_000)}`, 'VERDICT: changes requested']);
    expect(JSON.stringify(long).length).toBeLessThan(17_000);
  });
});
