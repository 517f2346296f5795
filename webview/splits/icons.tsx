/** Small drawn signs; the text beside them says the same. */
const PATHS = {
	lock: 'M5 7V5a3 3 0 0 1 6 0v2M4 7h8v6.5H4z',
	flag: 'M4 14V2.5h7.5L10 5.5l1.5 3H4',
	split: 'M2.5 3.5h4v9h-4zM9.5 3.5h4v9h-4z',
	search: 'M7 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zM10.5 10.5l3.5 3.5',
	close: 'M4 4l8 8M12 4l-8 8',
	snow: 'M8 2v12M2.8 5l10.4 6M13.2 5L2.8 11M6.5 3L8 4.5 9.5 3M6.5 13L8 11.5 9.5 13',
	warn: 'M8 2.5l6 11H2zM8 7v3M8 11.8v.2',
	ok: 'M3 8.5l3.2 3.2L13 5',
	question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.6v.2',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
	return (
		<svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
			<path d={PATHS[name]} />
		</svg>
	);
}
