const LONGEST = 60;

/** Why a text cannot be an annotator's handle, or null where it can. Shown while typing. */
export function handleProblem(text: string): string | null {
	const handle = text.normalize('NFC').trim();
	if (handle === '') return 'A handle has at least one character.';
	if (handle.length > LONGEST) return `A handle has at most ${LONGEST} characters.`;
	if (/\p{Cc}/u.test(handle)) return 'A handle is one line of plain text.';
	if (/^(source|model):/i.test(handle))
		return '"source:" and "model:" mark labels that no person gave. Choose another handle.';
	if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(handle)) {
		return 'This looks like an e-mail address. The handle is committed with your judgments: choose one that you are happy to publish.';
	}
	return null;
}
