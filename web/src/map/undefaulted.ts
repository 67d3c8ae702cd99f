/** Stands where the library's own choice of controls and of interactions would: the map is always given its own, and the page need not carry those. */

export const defaults = (): [] => [];
