import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IBAN_LENGTHS } from '../../src/domain/iban-lengths.ts';
import { isCard, isIban, isLuhn, REDACTIONS, type Redaction, Redactor } from '../../src/domain/redaction.ts';

/** Made for this test; none is anybody's. */
const POSITIVE: Readonly<Record<Redaction, readonly string[]>> = {
	email: [
		'mail me at jane.doe+test@mail.example.co.uk please',
		'müller@beispiel.de',
		'<a@b.io>',
		'mailto:x_y@sub.domain.org?subject=hi',
		'我的邮箱是bob@example.com请尽快把资料发给我谢谢大家',
		'bob@example.com-',
		'bob@xn--e1afmkfd.xn--p1ai',
		'почта@пример.рф',
		'bob＠example.com',
		'{"to":"first\\nbob@example.com"}',
	],
	phone: [
		'+49 151 23456789',
		'+1 (555) 010-0199',
		'+15550100199',
		'call 555-010-0199 now',
		'(555) 010-0199',
		'555.010.0199',
		'030/1234567',
		'0151-23456789',
		'0151 23456789',
		'020 7946 0958',
		'06 12 34 56 78',
		'Tel: 015123456789',
		'my phone number is 5550100199',
		'0049 30 1234567',
		'+91-98765-43210',
		'WhatsApp +5511987654321',
		'089 / 123456',
		'call me at 5550100199',
		'Bob,+49 151 2345678',
		'Tel.+49 151 2345678',
		'tel:015123456789',
		'Phone:4155550199',
		'Phone number: 4155550199',
		'电话+8613812345678',
		'请打电话13812345678谢谢',
		'1-800-555-0199',
		'+49\u00a0151\u202f2345678',
		'555\u2013010\u20130199',
		'{"text":"Ring\\n+49 151 2345678"}',
		'https://chat.example/+4915123456789',
	],
	iban: [
		'DE89 3704 0044 0532 0130 00',
		'DE89370400440532013000 EUR',
		'gb29 nwbk 6016 1331 9268 19',
		'FR14 2004 1010 0505 0001 3M02 606',
		'NO9386011117947',
		'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000',
	],
	card: [
		'4111 1111 1111 1111',
		'4111111111111111',
		'5500-0000-0000-0004',
		'3782 822463 10005',
		'6011111111111117',
		'3530111333300000',
		'card 2223003122003222.',
		'x,4111111111111111,03/27',
		'4111\u00a01111\u00a01111\u00a01111',
		'卡号4111111111111111',
	],
};

const NEGATIVE: readonly string[] = [
	...['2024-01-31', '31.01.2024', '01/02/2024', '2024-01-31 12:00:05', '2024-11-23T07:46:39.123456Z', '12:30:45.678'],
	...['1700000000000', '1706700000', '1732348000.123', '192.168.100.1000', '10.0.0.1', '255.255.255.255:8080'],
	...['v1.24.105', 'ISBN 978-3-16-148410-0', 'EAN 4006381333931', 'order 4111111111111112', 'id 12345678'],
	...['0.123456789', '3.14159265358979', '123 456 789', '1,234,567.89', '50 000 000', '12 345 678 901 234'],
	...['the years 1914-1918 and 1939-1945', 'GPS 52.5200 13.4050', 'https://example.com/a/0151-abc', '@handle'],
	...['pkg@1.2.3', 'SHA 9f86d081884c7d65', '550e8400-e29b-41d4-a716-446655440000', 'ticket #0012345678'],
	...['zip 90210-1234', 'x = 0301 + 5', '1 2 3 4 5 6 7 8 9 10', '01 02 03 04 05 06 07', 'GB is 44 and DE is 49'],
	...['DE00 3704 0044 0532 0130 00', '2**31 = 2147483648', '9007199254740993', 'RFC 2119 and 8259', '$1,000,000'],
	...['+5', '+ 3 4', 'a+49b', 'a + 1234567 b', '1e10', '123-45-6789', 'serial 0012 3456 7890 1234', '100-200-300'],
	...['555-0100', '0800 hours', 'call 911', 'page 300-1000', '(2023) 12-15', 'phone case 12', 'call 3 functions'],
	...['+1000000 points', '01 02 03 04 05', 'cell 1234567', 'call 1000000 times', 'number is 3.1415926', 'cell 12345'],
	...['f(1234567)', 'Matrix [1 0 0 1 0 1 1 1 0 1]', '+1 +2 +3 +4 +5 +6 +7', 'ID: 3000-4000-5000-6000'],
];

function redacted(text: string, kinds: readonly Redaction[] = REDACTIONS) {
	const redactor = new Redactor(kinds);
	return { text: redactor.text(text), counts: redactor.counts };
}

test('each kind is found in the forms people write it in, once, and nothing else is', () => {
	for (const [kind, texts] of Object.entries(POSITIVE)) {
		for (const text of texts) {
			const { text: out, counts } = redacted(text);
			assert.ok(out.includes(`[${kind}]`), `${text} → ${out}`);
			assert.equal(
				Object.values(counts).reduce((sum, n) => sum + n, 0),
				1,
				out,
			);
		}
	}
});

test('numbers, dates, times, ids, versions and coordinates stay as they are', (t) => {
	const changed = NEGATIVE.filter((text) => redacted(text).text !== text);
	t.diagnostic(`false positives on own cases: ${changed.length} of ${NEGATIVE.length}`);
	assert.deepEqual(changed, []);
});

const digits = (n: number) =>
	fc.array(fc.integer({ min: 0, max: 9 }), { minLength: n, maxLength: n }).map((d) => d.join(''));

/** The check digit is whichever of the ten is right. */
function luhnComplete(start: string): string {
	return Array.from({ length: 10 }, (_, d) => `${start}${d}`).find(isLuhn) as string;
}

/** The check digits are whichever of the 97 are right. */
function ibanOf(country: string, account: string): string {
	const all = Array.from({ length: 97 }, (_, k) => `${country}${String(k + 2).padStart(2, '0')}${account}`);
	return all.find(isIban) as string;
}

const iban = fc
	.constantFrom(...Object.keys(IBAN_LENGTHS))
	.chain((country) => digits((IBAN_LENGTHS[country] as number) - 4).map((account) => ibanOf(country, account)));

test('property: any valid IBAN is found, plain or in groups of four; one digit changed, it is none', () => {
	fc.assert(
		fc.property(iban, fc.boolean(), fc.nat(), (number, grouped, at) => {
			const shown = grouped ? (number.match(/.{1,4}/gu) as string[]).join(' ') : number;
			assert.equal(redacted(`Pay to ${shown}, please.`, ['iban']).text, 'Pay to [iban], please.');
			const i = 4 + (at % (number.length - 4));
			const other = `${number.slice(0, i)}${(Number(number[i]) + 1) % 10}${number.slice(i + 1)}`;
			assert.equal(isIban(other), false);
			assert.equal(redacted(other, ['iban']).text, other);
		}),
		{ seed: 1, numRuns: 150 },
	);
});

test('property: any card number is found, plain or in groups; a wrong check digit is none', () => {
	const visa = digits(14).map((rest) => luhnComplete(`4${rest}`));
	fc.assert(
		fc.property(visa, fc.constantFrom('', ' ', '-'), (number, separator) => {
			assert.ok(isCard(number));
			const shown = (number.match(/.{4}/gu) as string[]).join(separator);
			assert.equal(redacted(`(${shown})`, ['card']).text, '([card])');
			const wrong = `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`;
			assert.equal(redacted(wrong, ['card']).text, wrong);
		}),
		{ seed: 1, numRuns: 150 },
	);
});

test('property: redacting twice is redacting once, whatever the text', () => {
	const bits = fc.constantFrom(
		...Object.values(POSITIVE).flat(),
		...NEGATIVE,
		' ',
		'\n',
		'+',
		'0',
		'@',
		'[email]',
		'-',
	);
	const text = fc.oneof(
		fc.array(bits, { maxLength: 8 }).map((all) => all.join(' ')),
		fc.string({ unit: 'grapheme' }),
	);
	fc.assert(
		fc.property(text, (given) => {
			const once = redacted(given).text;
			const again = redacted(once);
			assert.equal(again.text, once);
			assert.deepEqual(Object.values(again.counts), [0, 0, 0, 0]);
		}),
		{ seed: 1, numRuns: 400 },
	);
});

test('every text of a row is redacted, keys too; numbers stay unless they are a card', () => {
	const redactor = new Redactor(REDACTIONS);
	const row = {
		messages: [{ role: 'user', content: 'I am a@b.org' }],
		meta: { 'a@b.org': [1700000000, 4111111111111111, null, true] },
	};
	assert.deepEqual(redactor.value(row), {
		messages: [{ role: 'user', content: 'I am [email]' }],
		meta: { '[email]': [1700000000, '[card]', null, true] },
	});
	assert.deepEqual(redactor.counts, { email: 2, phone: 0, iban: 0, card: 1 });
});

test('only the kinds that are asked for are replaced', () => {
	assert.equal(redacted('a@b.org +49 151 23456789', ['phone']).text, 'a@b.org [phone]');
});

test('long texts of what almost fits are gone through', { timeout: 60_000 }, () => {
	for (const bit of ['+1', '1 ', 'a@', '0049 ', 'DE89 ', '4111-', 'tel ', '(555) ']) {
		const text = bit.repeat(50_000);
		assert.equal(typeof redacted(text).text, 'string');
	}
});
