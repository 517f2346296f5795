import { diffWordsWithSpace } from 'diff';
import { useMemo, useState } from 'preact/hooks';
import type { AnnotateInit, GuidelinesText } from '../../src/protocol/annotate.ts';
import { renderText } from '../text/blocks.ts';
import type { ViewProps } from './app.tsx';
import { Mounted } from './parts.tsx';

function changed(init: AnnotateInit | null): boolean {
	const { guidelines, guidelinesRead } = init ?? {};
	return guidelines != null && guidelinesRead != null && guidelines.sha256 !== guidelinesRead.sha256;
}

/** The guidelines are not what this person read last. */
export function GuidelinesBanner({ store, controller }: ViewProps) {
	if (!changed(store.state.init)) return null;
	const shown = store.state.aside === 'guidelines';
	return (
		<section class="banner" aria-label="Guidelines changed">
			<span aria-hidden="true">●</span>
			<span>The guidelines changed since you last read them.</span>
			{shown ? null : (
				<button type="button" class="link" onClick={() => controller.click('guidelines')}>
					Show what changed
				</button>
			)}
			<button type="button" class="link" onClick={() => controller.guidelinesRead()}>
				I have read them
			</button>
		</section>
	);
}

/** Old and new text in one, marked with signs as well as colour. */
function Changes({ from, to }: { readonly from: GuidelinesText; readonly to: GuidelinesText }) {
	const changes = useMemo(() => diffWordsWithSpace(from.text, to.text, { timeout: 150 }), [from, to]);
	if (changes === undefined) return <p class="dim">Too much changed to mark it.</p>;
	return (
		<div class="raw changes" dir="auto">
			{changes.map(({ value, added, removed }) => (added ? <ins>{value}</ins> : removed ? <del>{value}</del> : value))}
		</div>
	);
}

function Text({ text }: { readonly text: string }) {
	const node = useMemo(() => renderText(text, 'markdown'), [text]);
	return <Mounted node={node} />;
}

export function Guidelines({ store, controller }: ViewProps) {
	const { init } = store.state;
	const [marked, setMarked] = useState(true);
	const { guidelines, guidelinesRead } = init ?? {};
	if (guidelines == null) return <p class="dim">This workspace has no guidelines.</p>;
	const differ = changed(init) && guidelinesRead != null;
	return (
		<>
			{differ ? (
				<label class="switch">
					<input type="checkbox" checked={marked} onChange={(event) => setMarked(event.currentTarget.checked)} /> Mark
					what changed
				</label>
			) : null}
			{differ && marked ? <Changes from={guidelinesRead} to={guidelines} /> : <Text text={guidelines.text} />}
			<p>
				<button type="button" class="link" onClick={() => controller.errand('editGuidelines')}>
					Open guidelines.md
				</button>
			</p>
		</>
	);
}
