import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useView } from '../view-state.tsx';

interface LambdaPlace {
	/** Place on the slider; null = that of the run's λ. */
	readonly viewed: number | null;
	readonly move: (to: number) => void;
}

const Place = createContext<LambdaPlace>({ viewed: null, move: () => {} });

/** A hand that drags the slider; then what is kept redraws the rest of the report once. */
const SETTLE_MS = 300;

/** The slider's place apart from the rest of what is kept: while it moves, only what shows λ is drawn again. */
export function LambdaState({ children }: { children: ComponentChildren }) {
	const { state, set } = useView();
	const [viewed, setViewed] = useState(state.viewed);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const keep = useRef(set);
	keep.current = set;
	useEffect(() => setViewed(state.viewed), [state.viewed]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const place = useMemo(
		(): LambdaPlace => ({
			viewed,
			move(to) {
				setViewed(to);
				clearTimeout(timer.current);
				timer.current = setTimeout(() => keep.current({ viewed: to }), SETTLE_MS);
			},
		}),
		[viewed],
	);
	return <Place.Provider value={place}>{children}</Place.Provider>;
}

export function useLambdaPlace(): LambdaPlace {
	return useContext(Place);
}
