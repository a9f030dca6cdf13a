import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A built page: `dist/webview/<name>.js` and `<name>.css`. */
export interface WebviewPage {
  readonly name: 'chat' | 'runTree';
  readonly title: string;
}

/** Allows a webview its scripts from the built folder and nothing else. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extensionUri)] };
}

/** The page's HTML: no inline script, nothing remote, one nonce per load. */
export function webviewHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: WebviewPage,
): string {
  const nonce = randomBytes(16).toString('base64');
  const resource = (file: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extensionUri), file)).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" id="vscode-codicon-stylesheet" nonce="${nonce}" href="${resource(`${page.name}.css`)}">
<title>${page.title}</title>
</head>
<body data-page="${page.name}">
<div id="root"></div>
<script nonce="${nonce}" type="module" src="${resource(`${page.name}.js`)}"></script>
</body>
</html>`;
}

function webviewFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}
