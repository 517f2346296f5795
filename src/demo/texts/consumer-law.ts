import type { Frame, Issue } from './issue.ts';

/** Held out: contracts and consumer rights, of an invented country, so that nobody takes them for advice. */
export const LAW_ISSUES: readonly Issue[] = [
	{
		id: 'withdraw',
		questions: [
			'Can I withdraw from an online purchase after I have opened the box?',
			'Does the fourteen-day withdrawal right apply if I collected the goods in the shop?',
			'From which day does the withdrawal period run if one order comes in two parcels?',
		],
		steps: [
			'The fourteen days run from the day on which the last parcel arrived.',
			'Opening and trying on is allowed; you only pay for wear beyond what a shop visit would cause.',
			'A purchase signed in the shop has no withdrawal right, whoever collected it.',
			'A sentence by e-mail is enough, and a reason is not needed.',
		],
		weak: 'Contracts are binding in principle, so a return depends on goodwill.',
	},
	{
		id: 'guarantee',
		questions: [
			"What is the difference between the statutory liability and the manufacturer's guarantee?",
			'The seller sends me to the manufacturer. Does he have to deal with the defect himself?',
			'Does a repair extend the two years of liability?',
		],
		steps: [
			"Liability is the seller's duty by law; a guarantee is a voluntary promise with its own terms.",
			'The seller cannot send you on: your contract is with him.',
			'In the first twelve months it is presumed that the defect was there at delivery.',
			'A repair does not restart the period, but the time of the repair does not count.',
		],
		weak: 'In practice it makes no difference whom you ask.',
	},
	{
		id: 'deposit',
		questions: [
			'May the landlord keep my deposit because of a scratched hob?',
			'How long may a landlord wait before paying the deposit back?',
		],
		steps: [
			'Ordinary wear is covered by the rent; only damage beyond it may be deducted, at present value.',
			'He may wait until the accounts can be made, as a rule no longer than six months.',
			'He has to show the damage and the amount; the handover record decides.',
		],
		weak: 'Deposits are often a matter of negotiation between reasonable people.',
	},
	{
		id: 'auto-renew',
		questions: [
			'My insurance for the fridge renewed itself for a year. Can I get out of it?',
			'Is a clause valid that renews a service contract by two years?',
		],
		steps: [
			'After the first term a consumer contract may only continue without a fixed end, with one month of notice.',
			'A clause that renews by a whole year is void; the rest of the contract stays in force.',
			'Give notice in text form and ask for a confirmation with the date.',
		],
		weak: 'It is best to read the terms carefully before signing.',
	},
	{
		id: 'late',
		questions: [
			'The seller promised delivery in March and it is May. When may I cancel?',
			'Do I have to set a deadline before I cancel a late delivery?',
		],
		steps: [
			'Set a reasonable further period in writing, usually two weeks.',
			'If it passes, you may cancel and must be repaid within fourteen days.',
			'No further period is needed where the date was essential and said to be so.',
		],
		weak: 'Delays happen to everybody and a friendly call often works wonders.',
	},
	{
		id: 'price-error',
		questions: [
			'A washing machine was listed at 39 instead of 390. Is my order binding for the shop?',
			'Can a shop cancel after it has confirmed my order?',
		],
		steps: [
			'An automatic receipt is no acceptance; a text that says "we accept your order" is.',
			'After acceptance the shop may still contest an obvious slip of the pen, but at once.',
			'You then get your money back, not the machine.',
		],
		weak: 'Everybody makes mistakes with numbers now and then.',
	},
	{
		id: 'instalment',
		questions: [
			'I paid by instalments and the oven is faulty. May I stop paying the bank?',
			'Who is liable if the credit and the purchase were signed together?',
		],
		steps: [
			'Where credit and purchase form one unit, you may hold against the bank what you could hold against the seller.',
			'First ask the seller for a repair and let a reasonable time pass.',
			'Tell the bank in writing before you stop a payment, and keep back no more than the defect is worth.',
		],
		weak: 'Banks usually insist on being paid, so I would pay.',
	},
	{
		id: 'doorstep',
		questions: [
			'A man sold my father a vacuum cleaner at the door for 1,900. Can he undo that?',
			'Does a withdrawal have to go by registered letter?',
		],
		steps: [
			'A contract made at the door can be withdrawn from within fourteen days without a reason.',
			'If he was not told about this right, he has twelve months more.',
			'No form is needed, but a letter with proof of posting avoids a quarrel.',
			'The seller bears the risk of collecting the device.',
		],
		weak: 'It is a pity, and next time he should not open the door.',
	},
	{
		id: 'second-hand',
		questions: [
			'I sold a used freezer "as seen". Now the buyer wants money back. Must I pay?',
			'Is a dealer allowed to exclude liability for used appliances?',
		],
		steps: [
			'A private seller may exclude liability, except for what was concealed or expressly promised.',
			'A dealer can only shorten it to one year towards a consumer.',
			'"As seen" covers what could be seen, not a defect in the compressor.',
		],
		weak: 'With used goods one never knows exactly.',
	},
	{
		id: 'installer',
		questions: [
			'The fitter connected the dishwasher wrongly and the floor is wet. Who pays?',
			"May I withhold the fitter's bill until the leak is fixed?",
		],
		steps: [
			'The fitter owes a working result and pays for what his mistake damaged.',
			'Report it in writing with photos and give him a chance to put it right.',
			'You may hold back about twice what the repair will cost, not the whole bill.',
			'Your household insurance may pay first and then turn to him.',
		],
		weak: 'Water damage is always unpleasant for everybody.',
	},
	{
		id: 'data',
		questions: [
			'Can I demand that the shop deletes my account and every invoice?',
			'What must a shop tell me if I ask which data it keeps about me?',
		],
		steps: [
			'Account, habits and advertising data have to be deleted on request within a month.',
			'Invoices stay for as long as tax law demands, but only for that purpose.',
			'The first copy of your data is free and must say where it came from and who received it.',
		],
		weak: 'Data is an important topic today and most shops take it seriously.',
	},
];

export const LAW_FRAME: Frame = {
	contexts: [
		'',
		'I am a customer in Norvia.',
		'A friend told me to ask before I sign anything.',
		'I have the contract in front of me.',
		'We are arguing about this at home.',
		'This concerns an order from January.',
		'I have already written to the other side twice.',
		'My question is about Norvian consumer law.',
		'The seller is a small shop.',
		'I do not have legal insurance.',
	],
	details: [
		'',
		'The amount is 640.',
		'I have everything in writing.',
		'Nothing was put in writing.',
		'They refer to their general terms.',
		'I would like to answer them today.',
		'Please name the rule, not only the result.',
		'A deadline runs out on Monday.',
		'What should I send them?',
		'I do not want to go to court.',
	],
	openers: [
		'Thank you very much for your question, which touches on an important area of consumer law.',
		'I fully understand that such a situation can be stressful and confusing.',
		'Legal questions of this kind are asked very often, and it is good that you want to be well informed.',
		'Let me give you a comprehensive overview of everything that may play a role here.',
	],
	padding: [
		'Every case is different, and the details can matter more than one might think.',
		'In general, it is advisable to keep calm and to look for a solution that suits both sides.',
		'There may be further aspects that could perhaps become relevant later on.',
		'Many people are surprised to learn how varied the rules in this area can be.',
		'It is always sensible to collect all documents and to keep them in a safe place.',
		'Please note that this is general information and that circumstances may vary.',
		'A friendly tone often opens doors that a strict letter would keep closed.',
	],
	closers: [
		'I hope this gave you a good first orientation, and I wish you every success!',
		'Please do not hesitate to ask if you would like to know more.',
		'With a little patience such matters can usually be settled.',
	],
	leads: ['The following points are worth considering:', '**Overview**', 'Please keep these things in mind:'],
	starts: ['', '', 'In Norvia: ', 'The short answer: '],
};
