import markdownIt, { type MarkdownIt, type Token } from 'markdown-it';

const ALLOWED_LINK = /^https?:\/\//iu;

const renderer = markdownIt('commonmark', { html: false, linkify: false })
  .enable(['table', 'strikethrough'])
  .use(withHarmlessTokens);

/** Turns a model's Markdown into HTML that holds no raw HTML, no images and only web links. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}

function withHarmlessTokens(instance: MarkdownIt): void {
  instance.validateLink = (url) => ALLOWED_LINK.test(url);
  instance.core.ruler.push('harmless_tokens', (state) => {
    for (const token of state.tokens) {
      makeHarmless(token);
      token.children?.forEach(makeHarmless);
    }
  });
}

function makeHarmless(token: Token): void {
  switch (token.type) {
    case 'image':
      // An image would be fetched from its host as soon as it is shown; its text says enough.
      token.type = 'text';
      return;
    case 'link_open':
      // The reader sees where a link leads before the editor asks whether to open it.
      token.attrSet('title', String(token.attrGet('href')));
      return;
    case 'th_open':
    case 'td_open':
      alignByClass(token);
      return;
    default:
  }
}

/** A table's alignment comes as a style attribute, which the page's policy may refuse. */
function alignByClass(token: Token): void {
  const align = /text-align:(\w+)/u.exec(String(token.attrGet('style')))?.[1];
  token.attrs = align === undefined ? null : [['class', `align-${align}`]];
}
