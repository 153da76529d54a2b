/** What the API takes for a department's code and key. */
export const CODE = /^[a-z0-9][a-z0-9_-]{0,31}$/;
export const KEY = /^[0-9a-f]{64}$/;
