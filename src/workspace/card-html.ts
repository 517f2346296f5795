import MarkdownIt from 'markdown-it';

/** Headings stand below those of the page that holds the card. */
const LEVELS: Readonly<Record<string, string>> = { h1: 'h3', h2: 'h3', h3: 'h4', h4: 'h5' };

/**
 * A data card as HTML to stand in a report: its Markdown without front matter and title. No markup of people's passes (`html` is off),
 * nothing is fetched: images become their words.
 */
export function cardHtml(markdown: string): string {
	const text = markdown.replace(/^---\n[\s\S]*?\n---\n/u, '').replace(/^\s*# [^\n]*\n/u, '');
	const md = new MarkdownIt({ html: false, linkify: false }).disable('image');
	const tokens = md.parse(text, {});
	for (const token of tokens) {
		if (token.type.startsWith('heading_')) token.tag = LEVELS[token.tag] ?? 'h6';
		// The page's rules allow no inline style: how a column stands is a class.
		const style = token.attrGet('style');
		if (style !== null) {
			token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
			if (String(style).includes('right')) token.attrJoin('class', 'num');
		}
	}
	return md.renderer.render(tokens, md.options, {});
}
