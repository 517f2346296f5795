import type { Progress } from '../../protocol/workspace-api.ts';

const whole = new Intl.NumberFormat('en');

/** Share done in [0, 1], or null while the total is unknown. */
export function share(progress: Progress): number | null {
	if (progress.total === null || progress.total <= 0) return null;
	return Math.min(1, Math.max(0, progress.done / progress.total));
}

/** "about 2 min left"; empty while nothing can be told. @param eta seconds */
export function etaText(eta: number | null): string {
	if (eta === null || !Number.isFinite(eta) || eta < 0) return '';
	if (eta < 1.5) return 'nearly done';
	if (eta < 90) return `about ${Math.round(eta)} s left`;
	if (eta < 5400) return `about ${Math.round(eta / 60)} min left`;
	return `about ${(eta / 3600).toFixed(1)} h left`;
}

function amount(progress: Progress): string {
	if (progress.unit === 'bytes') {
		const unit = (progress.total ?? progress.done) < 1e6 ? 1e3 : 1e6;
		const mb = (bytes: number) => `${(bytes / unit).toFixed(bytes < 10 * unit ? 1 : 0)} ${unit === 1e3 ? 'KB' : 'MB'}`;
		return progress.total === null ? mb(progress.done) : `${mb(progress.done)} of ${mb(progress.total)}`;
	}
	const done = whole.format(progress.done);
	return progress.total === null
		? `${done} ${progress.unit}`
		: `${done} of ${whole.format(progress.total)} ${progress.unit}`;
}

/** One line for a notification: phase, amount, time left. */
export function progressText(progress: Progress): string {
	// A phase of one step, such as opening a model, has nothing to count.
	const counts = progress.total === null ? progress.done > 0 : progress.total > 1;
	const parts = [progress.phase, counts ? amount(progress) : ''];
	return [...parts, etaText(progress.eta), progress.message ?? ''].filter((part) => part !== '').join(' · ');
}

/** A few characters for the status bar: phase and percentage. */
export function progressShort(progress: Progress): string {
	const done = share(progress);
	return done === null || progress.total === 1 ? `${progress.phase}…` : `${progress.phase} ${Math.floor(done * 100)} %`;
}
