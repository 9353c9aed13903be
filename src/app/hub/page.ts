import { createHash } from 'node:crypto';
import { text } from '../../domain/document.js';
import type { Answer, Route } from './route.js';

export const PAGE_TYPE = 'text/html; charset=utf-8';

/** What a call answers that is a page. */
export const PAGE: NonNullable<Route['answers']> = { [PAGE_TYPE]: text() };

/**
 * A page for a browser without scripts: the hub's own words and forms. Whatever else a page could load, send or be shown
 * in is forbidden by its policy; the one style sheet is named there by its digest.
 */
export const page = (title: string, body: string, status = 200): Answer => ({
  status,
  contentType: PAGE_TYPE,
  headers: { 'content-security-policy': POLICY, 'referrer-policy': 'same-origin' },
  body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`,
});

interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly type?: 'text' | 'password' | 'hidden';
  readonly autocomplete?: string;
  readonly optional?: true;
}

/** A page with a form that is sent to where it came from, below what was wrong with it the last time. */
export const formPage = (
  title: string,
  { fields, button, words = [] }: Form,
  fault?: string,
  status = 200,
): Answer =>
  page(
    title,
    [
      ...(fault === undefined ? [] : [paragraph(fault, 'alert')]),
      ...words.map((each) => paragraph(each)),
      `<form method="post">${fields.map(field).join('\n')}<button>${button}</button></form>`,
    ].join('\n'),
    status,
  );

export interface Form {
  readonly fields: readonly Field[];
  readonly button: string;
  readonly words?: readonly string[];
}

/** A paragraph of words that may come from anywhere. */
export const paragraph = (text: string, role = ''): string =>
  `<p${role === '' ? '' : ` role="${role}"`}>${escaped(text)}</p>`;

const field = ({ name, label, value = '', type = 'text', autocomplete = 'off', optional }: Field): string => {
  const input = `<input name="${name}" type="${type}" value="${escaped(value)}" autocomplete="${autocomplete}"${optional === true ? '' : ' required'}>`;
  return type === 'hidden' ? input : `<label>${label}${input}</label>`;
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE =
  ':root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}main{max-width:24rem;margin:10vh auto;padding:0 1rem}label,button{display:block;margin:1rem 0}input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.4rem}button{font:inherit;padding:.4rem 1rem}';

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
