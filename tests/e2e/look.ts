/** Looks at the page as it stands; `name` says where the tour is. */
export type Look = (name: string) => Promise<void>;
