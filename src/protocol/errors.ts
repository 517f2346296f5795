/** Why something was refused, for code that reacts to it; `message` is for people. */
export type UserErrorReason =
	| 'usage'
	| 'not-initialised'
	| 'no-person'
	| 'not-found'
	| 'ambiguous-id'
	| 'unusable-input'
	| 'busy'
	| 'sealed'
	| 'frozen'
	| 'cancelled'
	| 'too-little-data'
	| 'untrusted'
	| 'environment';

/** What happened, where, and what to do, in words for the person in front. Crosses process borders as `{reason, message}`. */
export class UserError extends Error {
	override name = 'UserError';
	readonly reason: UserErrorReason;
	constructor(reason: UserErrorReason, message: string) {
		super(message);
		this.reason = reason;
	}
	static is(error: unknown, reason?: UserErrorReason): error is UserError {
		return (
			error instanceof Error &&
			error.name === 'UserError' &&
			(reason === undefined || (error as Partial<UserError>).reason === reason)
		);
	}
}
