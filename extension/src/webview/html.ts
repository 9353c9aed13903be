import * as vscode from 'vscode';

/** The empty page: nothing but our own script and style may run, load or be asked for. What it shows comes by message. */
export const pageHtml = (webview: vscode.Webview, extension: vscode.Uri, title: string): string => {
  const nonce = randomText();
  const place = (name: string): vscode.Uri =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', name));
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" nonce="${nonce}" href="${place('page.css').toString()}">
<title>${escape(title)}</title>
</head>
<body>
<div role="status" aria-live="polite"></div>
<main></main>
<script nonce="${nonce}" src="${place('page.js').toString()}"></script>
</body>
</html>`;
};

const randomText = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
