export const SYSTEM_TURNS: readonly string[] = [
	'You answer customers of Larkfield Home. Be honest about what you cannot know from here.',
	'You are the support assistant of Larkfield Home, a shop for household appliances. Answer in the language of the customer.',
	'Support chat, Larkfield Home. Safety first; do not promise refunds or dates.',
];

/** A question back and what the customer says to it. */
export const CLARIFYING: readonly { readonly ask: string; readonly reply: string }[] = [
	{ ask: 'Which model is it? The number is on the type plate.', reply: 'It says Tarn 7, and then 911 536 042.' },
	{ ask: 'Since when does it do that?', reply: 'Since about a week. Before, it was fine for two years.' },
	{ ask: 'Does it happen with every programme?', reply: 'No, only with the short one, I think.' },
	{ ask: 'Have you changed anything before it began?', reply: 'We moved it half a metre to paint the wall.' },
	{ ask: 'Do you hear the pump when it stops?', reply: 'There is a quiet hum for a few seconds, then nothing.' },
	{ ask: 'How hard is the water where you live?', reply: 'Hard, the website of the town says 19 °dH.' },
];

export const ORDER_TOOLS = [
	{
		type: 'function',
		function: {
			name: 'order_status',
			description: 'Where an order is, and when it should arrive.',
			parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
		},
	},
] as const;

export const TOOL_CHATS: readonly {
	readonly question: string;
	readonly call: string;
	readonly result: string;
	readonly answer: string;
	readonly guess: string;
}[] = [
	{
		question: 'Where is my order LF-20418? It should have been here on Wednesday.',
		call: '{"order":"LF-20418"}',
		result: '{"state":"in depot","depot":"Hartfield","expected":"2026-03-13"}',
		answer: 'It is in the depot in Hartfield and should reach you on Friday, 13 March.',
		guess: 'Orders usually take three to five days, so it will probably be with you soon.',
	},
	{
		question: 'Can you see whether LF-20977 has left your warehouse?',
		call: '{"order":"LF-20977"}',
		result: '{"state":"packed","expected":null}',
		answer: 'Not yet: it is packed, and no date has been set. You get an e-mail when the carrier takes it.',
		guess: 'Yes, most orders leave the warehouse on the same day.',
	},
];
