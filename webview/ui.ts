/**
 * The only file that knows @vscode/webview-ui-toolkit. It is archived, so it stays behind this door: single components,
 * registered one by one, no data grid. Everything else is a native element with theme variables.
 */
import {
	provideVSCodeDesignSystem,
	vsCodeButton,
	vsCodeCheckbox,
	vsCodeDropdown,
	vsCodeOption,
	vsCodeProgressRing,
	vsCodeTextArea,
	vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { HTMLAttributes } from 'preact';

const COMPONENTS = {
	button: vsCodeButton,
	checkbox: vsCodeCheckbox,
	dropdown: vsCodeDropdown,
	option: vsCodeOption,
	'progress-ring': vsCodeProgressRing,
	'text-area': vsCodeTextArea,
	'text-field': vsCodeTextField,
} as const;

/** Registers the components a view uses; a view that names none ships none. */
export function registerComponents(...names: readonly (keyof typeof COMPONENTS)[]): void {
	const design = provideVSCodeDesignSystem();
	for (const name of names) design.register(COMPONENTS[name]());
}

interface Attributes extends HTMLAttributes<HTMLElement> {
	appearance?: 'primary' | 'secondary' | 'icon';
	disabled?: boolean;
	checked?: boolean;
	value?: string;
	placeholder?: string;
	rows?: number;
	maxlength?: number;
	resize?: 'none' | 'both' | 'horizontal' | 'vertical';
	name?: string;
	size?: number;
	autofocus?: boolean;
	'current-value'?: string;
}

// Where preact's JSX namespace really lives: its own export of it is an alias, which cannot be added to.
declare module '../node_modules/preact/src/jsx.d.ts' {
	namespace JSXInternal {
		interface IntrinsicElements {
			'vscode-button': Attributes;
			'vscode-checkbox': Attributes;
			'vscode-dropdown': Attributes;
			'vscode-option': Attributes;
			'vscode-progress-ring': Attributes;
			'vscode-text-area': Attributes;
			'vscode-text-field': Attributes;
		}
	}
}
