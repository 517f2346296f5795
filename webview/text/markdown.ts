import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

/**
 * Markdown of strangers, made safe twice: markdown-it leaves HTML as text, and DOMPurify lets through only the few elements
 * named here. Nothing is fetched: an image becomes its alternative text. A link keeps its address in `data-address` and
 * shows it; only the extension opens it.
 */
const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false });

const BLOCKS = ['paragraph', 'heading', 'blockquote', 'list_item', 'th', 'td'];
for (const block of BLOCKS) {
	const rule = `${block}_open`;
	markdown.renderer.rules[rule] = (tokens, index, options, _env, renderer) => {
		const token = tokens[index];
		if (token === undefined) return '';
		// A column's alignment comes as inline style, which the CSP of a webview refuses.
		const style = token.attrGet('style');
		token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
		if (style !== null) token.attrSet('class', String(style).replace('text-align:', 'align-'));
		// Below the headings of the screen itself.
		if (block === 'heading') token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 2)}`;
		token.attrSet('dir', 'auto');
		return renderer.renderToken(tokens, index, options);
	};
}

markdown.renderer.rules.image = (tokens, index) => {
	const token = tokens[index];
	const alt = token?.content ?? '';
	const source = String(token?.attrGet('src') ?? '');
	const { escapeHtml } = markdown.utils;
	return `<span class="image">[image: ${escapeHtml(alt === '' ? source : alt)}]</span>`;
};

markdown.renderer.rules.link_open = (tokens, index) => {
	const address = String(tokens[index]?.attrGet('href') ?? '');
	return `<a role="link" tabindex="0" data-address="${markdown.utils.escapeHtml(address)}">`;
};
markdown.renderer.rules.link_close = (tokens, index) => {
	const open = tokens.slice(0, index).findLast((token) => token.type === 'link_open');
	const address = String(open?.attrGet('href') ?? '');
	const between = tokens.slice(open === undefined ? index : tokens.indexOf(open) + 1, index);
	const text = between.map((token) => token.content).join('');
	const shown = text === address ? '' : ` <span class="address">(${markdown.utils.escapeHtml(address)})</span>`;
	return `</a>${shown}`;
};

markdown.renderer.rules.heading_close = (tokens, index) =>
	`</${tokens.slice(0, index).findLast((token) => token.type === 'heading_open')?.tag ?? 'h6'}>\n`;

const purifier = DOMPurify(window);
const ALLOWED_TAGS = [
	...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em'],
	...['strong', 's', 'a', 'span', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const ALLOWED_ATTR = ['dir', 'class', 'role', 'tabindex', 'data-address', 'start'];

/** Renders Markdown to safe nodes. */
export function renderMarkdown(text: string): DocumentFragment {
	return purifier.sanitize(markdown.render(text), {
		ALLOWED_TAGS,
		ALLOWED_ATTR,
		ALLOW_DATA_ATTR: false,
		ALLOW_ARIA_ATTR: false,
		RETURN_DOM_FRAGMENT: true,
	});
}
