import { readFileSync } from 'node:fs';
import path from 'node:path';

const pictureType = 'image/png';

/**
 * README.md as the editor's extension page can show it. That page loads pictures from https: and data:
 * addresses only, and follows no link to a file of the extension: so pictures come inside the text,
 * and links to files become their plain text.
 */
export function portableReadme(markdown, directory) {
  return markdown
    .replace(/!\[([^\]]*)\]\(([^)\s]+\.png)\)/g, (_whole, title, file) => {
      const content = readFileSync(path.join(directory, file)).toString('base64');
      return `![${title}](data:${pictureType};base64,${content})`;
    })
    .replace(/(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)[^)\s]+\)/g, '$1');
}
