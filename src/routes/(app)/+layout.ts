// The app itself: one fallback page serves all its addresses, since they hold local ids no build knows.
export const prerender = false;
