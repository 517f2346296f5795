import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * Width of an element in CSS pixels, live. Charts are drawn in real pixels, not scaled: text keeps its size at 360 px and
 * at 200 % zoom.
 */
export function useWidth(fallback: number) {
	const ref = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(fallback);
	useEffect(() => {
		const element = ref.current;
		if (!element) return;
		const measure = (): void => {
			const now = Math.floor(element.clientWidth);
			if (now > 0) setWidth(now);
		};
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	return { ref, width };
}
