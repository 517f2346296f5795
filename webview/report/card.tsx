import { useEffect, useState } from 'preact/hooks';
import { Disclosure } from './parts.tsx';
import { useView } from './view-state.tsx';

/** The card's words. They were made from facts by the extension, which lets no markup of people's through. */
function Words({ html }: { html: string }) {
	return <div class="data-card" dangerouslySetInnerHTML={{ __html: html }} />;
}

/** Asked for when it is opened: counting agreement over much data takes a moment. */
function Asked() {
	const { run, incomplete } = useView();
	const [html, setHtml] = useState<string | null>(null);
	useEffect(() => run('read the data card', async (host) => setHtml(await host.card())), []);
	if (html !== null) return <Words html={html} />;
	return <p class="dim">{incomplete === null ? 'Reading the data card…' : `Not read: ${incomplete}`}</p>;
}

/** What a reader of the data needs to know of how it came about: the same facts as `pairwright card`. */
export function DataCardSection({ html }: { html: string | undefined }) {
	const { actions, run } = useView();
	if (actions === 'exported' && html === undefined) return null;
	return (
		<section aria-label="Data card" class="folds">
			<Disclosure id="card" kind="fold" summary="Data card">
				<p class="dim">
					{actions === 'exported'
						? 'The data as it stood when this file was written: scope, sources, sizes, people without names, agreement, known issues.'
						: 'The data as it stands now, which may be more than this run saw: scope, sources, sizes, people without names, agreement, known issues.'}{' '}
					{actions === 'exported' ? null : (
						<button type="button" class="link" onClick={() => run('open the data card', (host) => host.openCard())}>
							Open as a page
						</button>
					)}
				</p>
				{html === undefined ? <Asked /> : <Words html={html} />}
			</Disclosure>
		</section>
	);
}
