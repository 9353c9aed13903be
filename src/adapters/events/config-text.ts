import { isAlias, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { Issue } from '../../domain/result.js';

type ConfigIssue = Issue & { readonly line?: number };

export type ParsedConfig =
  | { readonly ok: true; readonly document: unknown; readonly syntax: Document }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/**
 * Parses the text of a project's config. What a program might misread is refused with its line: conflict markers, bad
 * YAML, duplicate keys, several documents, aliases.
 */
export const parseConfig = (text: string): ParsedConfig => {
  const markers = conflictMarkers(text);
  if (markers.length > 0) return { ok: false, issues: markers };
  try {
    return parseYaml(text);
  } catch (error) {
    // The parser recurses: a file that is nested without end exhausts the stack instead of failing politely.
    return {
      ok: false,
      issues: [{ path: '', reason: `cannot be parsed: ${String(error).split('\n', 1)[0]}` }],
    };
  }
};

const parseYaml = (text: string): ParsedConfig => {
  const lines = new LineCounter();
  const syntax = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const issues: ConfigIssue[] = syntax.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    reason: error.message,
  }));
  visit(syntax, {
    Alias: (_key, node) => {
      const line = isAlias(node) && node.range ? { line: lines.linePos(node.range[0]).line } : {};
      issues.push({
        path: '',
        ...line,
        reason: `uses the alias *${node.source}, which is not supported here`,
      });
    },
  });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, document: syntax.toJS({ maxAliasCount: 0 }), syntax };
};

const conflictMarkers = (text: string): readonly ConfigIssue[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/.test(content)
        ? [{ path: '', line: index + 1, reason: 'holds a merge conflict marker' }]
        : [],
    );
