/** What one open pair does (rules.md, Votes): said wherever people see how much is left, of the sealed half too, in words alone. */
export const JUDGED_PREFIX =
	'Outside train, pairs count in a fixed order up to the first that is not judged: one left open, in the sealed half too, keeps every judged pair behind it out of a run.';
