// Preloaded into every process of the seal's test: what a process says to another, or prints, is kept in one file.
import { appendFileSync } from 'node:fs';

const file = process.env.TEST_SEAL_TAP;
if (file !== undefined) {
	const keep = (kind, data) => appendFileSync(file, `${kind} ${data}\n`);
	if (process.send !== undefined) {
		const send = process.send.bind(process);
		process.send = (message, ...rest) => {
			keep('message', JSON.stringify(message));
			return send(message, ...rest);
		};
	}
	for (const name of ['stdout', 'stderr']) {
		const write = process[name].write.bind(process[name]);
		process[name].write = (chunk, ...rest) => {
			keep(name, chunk);
			return write(chunk, ...rest);
		};
	}
}
