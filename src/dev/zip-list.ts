import { readFileSync } from 'node:fs';

/** Names and unpacked sizes of the files in a zip archive, from its central directory (without zip64: packages are small). */
export function listZip(path: string): { readonly name: string; readonly size: number }[] {
	const bytes = readFileSync(path);
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
	if (end < 0) throw new Error(`${path} is not a zip archive.`);
	const count = bytes.readUInt16LE(end + 10);
	let at = bytes.readUInt32LE(end + 16);
	const entries: { name: string; size: number }[] = [];
	for (let i = 0; i < count; i++) {
		const nameLength = bytes.readUInt16LE(at + 28);
		const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
		entries.push({ name, size: bytes.readUInt32LE(at + 24) });
		at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return entries;
}
