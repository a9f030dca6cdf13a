import { readFileSync } from 'node:fs';
import path from 'node:path';

const picture = /!\[([^\]]*)\]\(([^)\s]+\.webp)\)/g;
const lineOfPictureLinks = /^.*(?<!!)\[[^\]]+\]\([^)\s]+\.webp\).*\n\n/gm;
const linkToFile = /(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)[^)\s]+\)/g;

/**
 * README.md as the editor's extension page can show it. That page loads pictures from https: and data:
 * addresses only, and follows no link to a file of the extension: so pictures come inside the text,
 * links to files become their plain text, and a line that only leads to more pictures goes.
 */
export function portableReadme(markdown, directory) {
  return markdown
    .replace(lineOfPictureLinks, '')
    .replace(picture, (_whole, title, file) => {
      const content = readFileSync(path.join(directory, file)).toString('base64');
      return `![${title}](data:image/webp;base64,${content})`;
    })
    .replace(linkToFile, '$1');
}
