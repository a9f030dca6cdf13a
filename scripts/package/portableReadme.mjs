const picture = /\n *!\[[^\]]*\]\((?!https:)[^)]+\)\n/g;
const lineOfPictureLinks = /^.*(?<!!)\[[^\]]+\]\([^)\s]+\.webp\).*\n\n?/gm;
const linkToFile = /(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)[^)\s]+\)/g;

/**
 * README.md as the editor's extension page can show it while the repository has no public address.
 * That page loads pictures from https: addresses only (it drops data: and relative ones) and follows
 * no link to a file of the extension: so pictures go, and links to files become their plain text.
 */
export function portableReadme(markdown) {
  return markdown.replace(lineOfPictureLinks, '').replace(picture, '').replace(linkToFile, '$1');
}
