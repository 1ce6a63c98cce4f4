/** Lengths of time in milliseconds. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** A moment as people write it, in UTC, to the minute. */
export const show = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ")
