import type { Frame, Issue } from './issue.ts';

/** Held out: answers that are programs, for the shop's (invented) home interface. */
export const CODE_ISSUES: readonly Issue[] = [
	{
		id: 'code-kwh',
		questions: [
			'How do I sum the kWh per day from the export of my smart plug? The file is `usage.csv` with columns time and watts, one row a minute.',
			'I have `usage.csv` (time, watts, one row a minute). Write Python that prints the energy of each day.',
		],
		steps: [
			'```python\nimport csv\nfrom collections import defaultdict\n\nday = defaultdict(float)\nwith open("usage.csv", newline="") as f:\n    for row in csv.DictReader(f):\n        day[row["time"][:10]] += float(row["watts"]) / 60 / 1000\nfor d in sorted(day):\n    print(d, round(day[d], 3))\n```',
			'A row is one minute, so watts / 60 gives watt hours.',
			'Missing minutes count as zero; check that a day has 1,440 rows.',
		],
		weak: 'You can open the file in a spreadsheet and look at the numbers there.',
	},
	{
		id: 'code-poll',
		questions: [
			'How can I ask my Larkfield washer for its state every minute with curl, and stop when it is "done"?',
			'Write a shell loop that waits until `http://washer.local/state` says done.',
		],
		steps: [
			'```sh\nuntil [ "$(curl -fsS http://washer.local/state)" = "done" ]; do\n  sleep 60\ndone\necho "Washing is done"\n```',
			'`-f` makes an error page count as a failure, so the loop goes on.',
			'Add `--max-time 5`, or one hanging request stops everything.',
		],
		weak: 'Polling is a common technique in computing and can be done in many languages.',
	},
	{
		id: 'code-json',
		questions: [
			'My script fails with "Unexpected token < in JSON" when it reads the oven temperature. Why?',
			'What does `Unexpected token < in JSON at position 0` mean when I fetch `/api/oven`?',
		],
		steps: [
			'The server sent an HTML page, which begins with `<`, usually a login or an error page.',
			'```js\nconst reply = await fetch("http://oven.local/api/oven");\nif (!reply.ok) throw new Error("HTTP " + reply.status);\nconst { celsius } = await reply.json();\n```',
			'Print `await reply.text()` once to see what it says.',
		],
		weak: 'JSON is sensitive, so please check your commas and brackets.',
	},
	{
		id: 'code-regex',
		questions: [
			'Which regular expression finds error codes such as E20 or F05 in a log, but not the model E2000?',
			'I want every code like E15 from `service.log`, without matching LE150. How?',
		],
		steps: [
			'`\\b[EF]\\d{2}\\b`: the word boundaries exclude longer names.',
			"```sh\ngrep -oE '\\b[EF][0-9]{2}\\b' service.log | sort | uniq -c\n```",
			'Without `-o` grep prints whole lines.',
		],
		weak: 'Regular expressions are powerful but can become hard to read.',
	},
	{
		id: 'code-sql',
		questions: [
			'In SQLite, how do I get the last reading of each device from `readings(device, at, celsius)`?',
			'One query, please: newest row per device in the table `readings`.',
		],
		steps: [
			'```sql\nSELECT device, max(at) AS at, celsius\nFROM readings\nGROUP BY device;\n```',
			'SQLite takes the other columns from the row that has the maximum; other databases need a window function.',
			'An index on (device, at) makes it fast.',
		],
		weak: 'Databases can answer such questions if they are asked in the right way.',
	},
	{
		id: 'code-yaml',
		questions: [
			'My automation for the dryer does nothing. The file has `at: 08:30`. What is wrong?',
			'Why does my YAML read 08:30 as a number?',
		],
		steps: [
			'Older YAML reads `08:30` as a number in base 60: put it in quotes.',
			'```yaml\ntrigger:\n  at: "08:30"\naction:\n  device: dryer\n  run: eco\n```',
			'Check the file with a linter before you load it.',
		],
		weak: 'YAML files need care, and indentation is important.',
	},
	{
		id: 'code-time',
		questions: [
			'How do I compare a timestamp like 2026-03-29T02:30 with now when the clocks change?',
			'My kettle script runs twice when summer time ends. How do I avoid that?',
		],
		steps: [
			'Store and compare UTC, and convert for display only.',
			'```python\nfrom datetime import datetime, timezone\nnow = datetime.now(timezone.utc)\n```',
			'Between 02:00 and 03:00 local time happens twice in autumn and never in spring.',
		],
		weak: 'Clock changes are confusing for people as well as for machines.',
	},
];

export const CODE_FRAME: Frame = {
	contexts: [
		'',
		'I am new to programming.',
		'For a small home dashboard:',
		'I have Node 24 and Python 3.12.',
		'This runs on a Raspberry Pi in the cellar.',
		'My colleague wrote this before he left.',
	],
	details: [
		'',
		'Please without extra libraries.',
		'One example is enough.',
		'It should keep working if the device is off.',
		'I would like to understand why.',
		'Windows and Linux, if possible.',
	],
	openers: [
		'Thank you for this interesting question about automation at home.',
		'Working with data from appliances can be great fun, and I am glad to help you with it.',
		'There are many ways to approach this, so let us look at the background first.',
	],
	padding: [
		'Programming always involves a certain amount of trial and error, so do not be discouraged.',
		'It is generally a good idea to write clean code and to add comments where they could be useful.',
		'Depending on your environment, you may possibly need to adapt some details.',
		'There are many tutorials on this subject that you might find helpful as well.',
		'Please remember to make a backup before you change anything important.',
	],
	closers: [
		'I hope this explanation was useful, and happy coding!',
		'Feel free to share your result, I would love to see it.',
	],
	leads: ['Here are the parts of the solution:', '**Solution and remarks**'],
	starts: ['', '', 'This does it. ', 'Try this: '],
};
