import * as vscode from 'vscode';
import { fixesFor, type PlanFinding, type PlanFix } from 'spec-kitty-sync/plans';
import type { Plans } from './plans.js';
import type { Project, Projects } from './projects.js';

/** Something that is wrong with a plan, and the project whose plan it is. */
export interface FoundAt {
  readonly project: Project;
  readonly finding: PlanFinding;
}

/** What is wrong with plans, shown in the files where it stands, with ways to correct it. */
export class PlanDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('spec-kitty');
  readonly #projects: Projects;
  readonly #plans: Plans;

  constructor(projects: Projects, plans: Plans) {
    this.#projects = projects;
    this.#plans = plans;
  }

  /** Shows everything that is wrong with all plans; what was corrected goes away, and what stays does not flicker. */
  show(found: readonly FoundAt[]): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { project, finding } of found) {
      const uri = vscode.Uri.joinPath(project.root, finding.path).toString();
      byFile.set(uri, [...(byFile.get(uri) ?? []), diagnosticOf(finding)]);
    }
    for (const [uri] of this.#collection) if (!byFile.has(uri.toString())) this.#collection.delete(uri);
    for (const [uri, diagnostics] of byFile) this.#collection.set(vscode.Uri.parse(uri), diagnostics);
  }

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const place = this.#projects.placeOf(document.uri);
    const plan = place === undefined ? undefined : await this.#plans.plan(place.project, place.feature);
    const findings = plan?.findings.filter(({ path, line = 1 }) => {
      return path === place?.path && line - 1 >= range.start.line && line - 1 <= range.end.line;
    });
    const ids = plan?.board?.cards.map(({ workPackageId }) => workPackageId) ?? [];
    const actions = (findings ?? []).flatMap((finding) =>
      fixesFor(finding, document.getText(), ids).map((fix) => actionOf(document, finding, fix)),
    );
    // Two findings of one line may be corrected by the same change.
    return actions.filter(({ title }, at) => actions.findIndex((other) => other.title === title) === at);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}

const diagnosticOf = ({ line = 1, message, code }: PlanFinding): vscode.Diagnostic => {
  const range = new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
  return Object.assign(new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error), {
    source: 'spec-kitty',
    code,
  });
};

const actionOf = (document: vscode.TextDocument, finding: PlanFinding, fix: PlanFix): vscode.CodeAction => {
  const action = new vscode.CodeAction(titleOf(fix), vscode.CodeActionKind.QuickFix);
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

const titleOf = ({ fix, value = '' }: PlanFix): string => {
  switch (fix) {
    case 'keep-current':
      return vscode.l10n.t('Keep the current side of the conflict');
    case 'keep-incoming':
      return vscode.l10n.t('Keep the incoming side of the conflict');
    case 'lane':
      return vscode.l10n.t('Write the lane {0}', value);
    case 'dependency':
      return vscode.l10n.t('Depend on {0} instead', value);
    case 'no-dependency':
      return vscode.l10n.t('Do not depend on {0}', value);
  }
};
