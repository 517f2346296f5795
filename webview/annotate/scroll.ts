/** Scrolls both responses by most of a page; where they are stacked, what holds them both. */
export function scrollSides(direction: 1 | -1): void {
	const calm = document.body.classList.contains('vscode-reduce-motion');
	const scrollers = document.querySelectorAll<HTMLElement>('.side .scroll, .main');
	for (const scroller of scrollers) {
		scroller.scrollBy({ top: direction * scroller.clientHeight * 0.7, behavior: calm ? 'instant' : 'smooth' });
	}
}
