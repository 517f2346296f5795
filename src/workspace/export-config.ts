import { dirname } from 'node:path';
import type { ExportFormat } from '../domain/export-format.ts';
import type { Split } from '../domain/split.ts';
import type { ExportConfig } from '../protocol/exports.ts';

interface File {
	readonly split: Split;
	readonly path: string;
	readonly written: number;
}

/** A JSON text is one of YAML and of Python too. */
const quoted = (text: string): string => JSON.stringify(text);

/** In single quotes a shell reads nothing into a text. */
const shell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Two files that train, where both were written; a file alone counts as the one to train on. */
function roles(files: readonly File[]): { readonly train: File | null; readonly evaluated: File | null } {
	const of = (split: Split): File | null => files.find((file) => file.split === split) ?? null;
	const train = of('train');
	const evaluated = of('eval') ?? of('heldout') ?? of('retention');
	return { train, evaluated };
}

function dataFiles(files: readonly File[]): string {
	return `{${files.map(({ split, path }) => `${quoted(split)}: ${quoted(path)}`).join(', ')}}`;
}

function trl(files: readonly File[], reader: 'json' | 'parquet', trainer: 'DPO' | 'KTO'): ExportConfig {
	const { train, evaluated } = roles(files);
	return {
		title: `TRL, ${trainer}Trainer`,
		language: 'python',
		text: [
			'from datasets import load_dataset',
			`from trl import ${trainer}Config, ${trainer}Trainer`,
			'',
			`data = load_dataset(${quoted(reader)}, data_files=${dataFiles(files)})`,
			...(train === null ? [] : trainerLines(trainer, evaluated)),
		].join('\n'),
	};
}

function trainerLines(trainer: 'DPO' | 'KTO', evaluated: File | null): string[] {
	return [
		`trainer = ${trainer}Trainer(`,
		'    model=MODEL,  # a name or folder',
		`    args=${trainer}Config(output_dir="out"),`,
		'    train_dataset=data["train"],',
		...(evaluated === null ? [] : [`    eval_dataset=data[${quoted(evaluated.split)}],`]),
		')',
		'trainer.train()',
	];
}

function axolotl(files: readonly File[]): ExportConfig {
	const { train, evaluated } = roles(files);
	const entry = ({ path }: File): string[] => [
		`  - path: ${quoted(path)}`,
		'    ds_type: json',
		'    split: train',
		'    type: chat_template.default',
		'    field_messages: messages',
		'    field_chosen: chosen',
		'    field_rejected: rejected',
	];
	return {
		title: 'Axolotl, the run’s YAML',
		language: 'yaml',
		text: [
			'rl: dpo',
			'chat_template: tokenizer_default',
			...(train === null ? [] : ['datasets:', ...entry(train)]),
			...(evaluated === null ? [] : ['test_datasets:', ...entry(evaluated)]),
		].join('\n'),
	};
}

function llamaFactory(folder: string, files: readonly File[]): ExportConfig[] {
	const { train, evaluated } = roles(files);
	const name = (split: Split): string => `pairwright_${split}`;
	const entries = files.map(({ split, path }) => [
		name(split),
		{
			file_name: path,
			formatting: 'sharegpt',
			ranking: true,
			columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' },
		},
	]);
	return [
		{
			title: 'LLaMA-Factory, entries of dataset_info.json',
			language: 'json',
			text: JSON.stringify(Object.fromEntries(entries), null, 2),
		},
		{
			title: 'LLaMA-Factory, the run’s YAML',
			language: 'yaml',
			text: [
				'stage: dpo',
				`dataset_dir: ${quoted(folder)}  # the folder of dataset_info.json`,
				...(train === null ? [] : [`dataset: ${name(train.split)}`]),
				...(evaluated === null ? [] : [`eval_dataset: ${name(evaluated.split)}`]),
			].join('\n'),
		},
	];
}

function openai(files: readonly File[]): ExportConfig[] {
	const { train, evaluated } = roles(files);
	const upload = (variable: string, { path }: File): string =>
		`${variable} = client.files.create(file=open(${quoted(path)}, "rb"), purpose="fine-tune")`;
	return [
		{
			title: 'OpenAI (for accounts that may still fine-tune)',
			language: 'python',
			text: [
				'from openai import OpenAI',
				'',
				'client = OpenAI()',
				...(train === null ? [] : [upload('train', train)]),
				...(evaluated === null ? [] : [upload('validation', evaluated)]),
				...(train === null
					? []
					: [
							'client.fine_tuning.jobs.create(',
							'    model=MODEL,  # a model that the service can fine-tune',
							'    training_file=train.id,',
							...(evaluated === null ? [] : ['    validation_file=validation.id,']),
							'    method={"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}},',
							')',
						]),
			].join('\n'),
		},
		{
			title: 'Together and Fireworks read the same files',
			language: 'shell',
			text: files
				.flatMap(({ split, path }) => [
					`together files upload ${shell(path)}`,
					`firectl dataset create pairwright-${split} ${shell(path)}`,
				])
				.join('\n'),
		},
	];
}

function argilla(files: readonly File[]): ExportConfig {
	return {
		title: 'Argilla, Python SDK 2',
		language: 'python',
		text: [
			'import argilla as rg',
			'',
			'client = rg.Argilla(api_url=URL, api_key=KEY)',
			'settings = rg.Settings(',
			'    fields=[rg.ChatField(name="prompt"), rg.ChatField(name="response1"), rg.ChatField(name="response2")],',
			'    questions=[',
			'        rg.LabelQuestion(name="preference", labels=["response1", "response2", "tie", "both_bad"]),',
			'        rg.TextQuestion(name="note", required=False),',
			'    ],',
			'    allow_extra_metadata=True,  # ids, splits and tags come back by it; without it records are refused',
			')',
			...files.flatMap(({ split, path }) => [
				`dataset = rg.Dataset(name=${quoted(`pairwright-${split}`)}, settings=settings, client=client).create()`,
				`dataset.records.from_json(${quoted(path)})`,
			]),
		].join('\n'),
	};
}

function labelStudio(files: readonly File[]): ExportConfig[] {
	const chat = (name: string): string =>
		`  <Paragraphs name="${name}" value="$${name}" layout="dialogue" nameKey="role" textKey="content"/>`;
	return [
		{
			title: 'Label Studio, the project’s labelling interface',
			language: 'xml',
			text: [
				'<View>',
				chat('prompt'),
				'  <Pairwise name="preference" toName="response1,response2"/>',
				chat('response1'),
				chat('response2'),
				'  <Choices name="neither" toName="prompt" choice="single" required="false">',
				'    <Choice value="tie"/>',
				'    <Choice value="both_bad"/>',
				'  </Choices>',
				'</View>',
			].join('\n'),
		},
		{
			title: 'Label Studio, import (save the interface first)',
			language: 'shell',
			text: [
				'# $KEY: a personal access token, exchanged for one of five minutes. A legacy token is sent as it is: "Authorization: Token $KEY"',
				String.raw`ACCESS=$(curl -s -X POST -H "Content-Type: application/json" -d "{\"refresh\": \"$KEY\"}" "$URL/api/token/refresh" | sed 's/.*"access": *"\([^"]*\)".*/\1/')`,
				...files.map(
					({ path }) =>
						`curl -H "Authorization: Bearer $ACCESS" -H "Content-Type: application/json" --data-binary @${shell(path)} "$URL/api/projects/$PROJECT/import"`,
				),
			].join('\n'),
		},
	];
}

function helpsteer(files: readonly File[]): ExportConfig {
	return {
		title: 'Datasets; overall_preference is −3 … 3, negative = response1 is better',
		language: 'python',
		text: ['from datasets import load_dataset', '', `data = load_dataset("json", data_files=${dataFiles(files)})`].join(
			'\n',
		),
	};
}

function folder(out: string, files: readonly File[]): ExportConfig {
	const { train, evaluated } = roles(files);
	return {
		title: 'Datasets and TRL',
		language: 'python',
		text: [
			'from datasets import load_dataset',
			'from trl import DPOConfig, DPOTrainer',
			'',
			`data = load_dataset(${quoted(out)})`,
			...(train === null ? [] : trainerLines('DPO', evaluated)),
		].join('\n'),
	};
}

function importAgain(files: readonly File[]): ExportConfig {
	return {
		title: 'Into another workspace',
		language: 'shell',
		text: `pairwright import ${files.map(({ path }) => shell(path)).join(' ')}`,
	};
}

/**
 * What to paste where the files are read: one or two blocks a format, over the files that hold rows. Names in capitals are the reader's to
 * fill in. @param out the export's folder, or its one file
 */
export function exportConfig(format: ExportFormat, out: string, all: readonly File[]): readonly ExportConfig[] {
	const files = all.filter(({ written }) => written > 0);
	if (files.length === 0) return [];
	switch (format) {
		case 'trl':
		case 'trl-standard':
			return [trl(files, 'json', 'DPO')];
		case 'parquet':
			return [trl(files, 'parquet', 'DPO')];
		case 'kto':
			return [trl(files, 'json', 'KTO')];
		case 'axolotl':
			return [axolotl(files)];
		case 'llama-factory':
			return llamaFactory(files[0]!.path === out ? dirname(out) : out, files);
		case 'openai':
			return openai(files);
		case 'helpsteer':
			return [helpsteer(files)];
		case 'argilla':
			return [argilla(files)];
		case 'label-studio':
			return labelStudio(files);
		case 'hf':
			return [folder(out, files)];
		case 'pairwright':
			return [importAgain(files)];
	}
}
