/** Numbers as the checks' sentences write them. */

export function percent(share: number): string {
	return `${(100 * share).toFixed(0)} %`;
}

function signed(value: number, digits: number): string {
	return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

/** A difference of shares in points: 0.051 → "+5.1". */
export function points(value: number): string {
	return signed(100 * value, 1);
}

export function nats(value: number): string {
	return signed(value, 3);
}

export function counted(n: number, one: string, many = `${one}s`): string {
	return `${n} ${n === 1 ? one : many}`;
}

/** "(95 % interval a to b)", empty where there is none. */
export function interval(low: number | null, high: number | null, write: (value: number) => string): string {
	return low === null || high === null ? '' : ` (95 % interval ${write(low)} to ${write(high)})`;
}
