/** Return where somebody was going before he was led elsewhere: a page of ours, never another site. */
export const onward = (to: unknown): string => (typeof to === "string" && /^\/(?![/\\])/.test(to) ? to : "/");
