import * as vscode from 'vscode';
import { fixesFor, type PlanFinding, type PlanFix } from 'spec-kitty-sync/plans';
import type { PlanAt, Plans } from './plans.js';

/** What is wrong with plans, shown in the files where it stands, with ways to correct it. */
export const registerDiagnostics = (plans: Plans): vscode.Disposable => {
  const collection = vscode.languages.createDiagnosticCollection('spec-kitty');

  /** What was corrected goes away, and what stays does not flicker. */
  const show = ({ project, feature, last }: PlanAt): void => {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const finding of last?.findings ?? []) {
      const uri = vscode.Uri.joinPath(project.root, finding.path).toString();
      byFile.set(uri, [...(byFile.get(uri) ?? []), diagnosticOf(finding)]);
    }
    for (const [uri] of collection) {
      const place = plans.projects.placeOf(uri);
      const isOurs = place?.project === project && place.feature === feature;
      if (isOurs && !byFile.has(uri.toString())) collection.delete(uri);
    }
    for (const [uri, diagnostics] of byFile) collection.set(vscode.Uri.parse(uri), diagnostics);
  };

  const provideCodeActions = async (
    document: vscode.TextDocument,
    { start, end }: vscode.Range,
  ): Promise<vscode.CodeAction[]> => {
    const place = plans.projects.placeOf(document.uri);
    const plan = place && (await plans.plan(place.project, place.feature));
    const findings = plan?.findings.filter(({ path, line = 1 }) => {
      return path === place?.path && line - 1 >= start.line && line - 1 <= end.line;
    });
    const ids = plan?.board?.cards.map(({ workPackageId }) => workPackageId) ?? [];
    const actions = (findings ?? []).flatMap((finding) =>
      fixesFor(finding, document.getText(), ids).map((fix) => actionOf(document, finding, fix)),
    );
    // Two findings of one line may be corrected by the same change.
    return actions.filter(({ title }, at) => actions.findIndex((other) => other.title === title) === at);
  };

  return vscode.Disposable.from(
    collection,
    plans.onDidChange(show),
    plans.projects.onDidChange(() => collection.clear()),
    vscode.languages.registerCodeActionsProvider({ pattern: '**/kitty-specs/**' }, { provideCodeActions }),
  );
};

const diagnosticOf = ({ line = 1, message, code }: PlanFinding): vscode.Diagnostic => {
  const range = new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
  return Object.assign(new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error), {
    source: 'spec-kitty',
    code,
  });
};

const actionOf = (document: vscode.TextDocument, finding: PlanFinding, fix: PlanFix): vscode.CodeAction => {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const end =
    fix.through < document.lineCount
      ? new vscode.Position(fix.through, 0)
      : document.lineAt(fix.through - 1).range.end;
  action.edit = new vscode.WorkspaceEdit();
  const text = fix.lines.map((line) => `${line}\n`).join('');
  action.edit.replace(document.uri, new vscode.Range(new vscode.Position(fix.from - 1, 0), end), text);
  action.diagnostics = [diagnosticOf(finding)];
  return action;
};
