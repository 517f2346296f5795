import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardHtml } from '../../src/workspace/card-html.ts';

const CARD = `---
licence: mit
---

# Team data

Scope **of** it.

## Sizes

| split | pairs |
| --- | ---: |
| train | 1,200 |

> said <img src=x onerror=alert(1)> and ![pixel](https://example.org/p.png) and [link](javascript:alert(1))
`;

test('a card stands in a page: no front matter, title or style, headings below the page’s own', () => {
	const html = cardHtml(CARD);
	assert.doesNotMatch(html, /licence|Team data|style=|<h1|<h2/u);
	assert.match(html, /<h3>Sizes<\/h3>/u);
	assert.match(html, /<td class="num">1,200<\/td>/u);
});

test('no markup of people’s passes, and nothing would be fetched or run', () => {
	const html = cardHtml(CARD);
	assert.doesNotMatch(html, /<img|<script|href="javascript/u);
	assert.match(html, /&lt;img/u);
});
