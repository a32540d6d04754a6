// How long is waited for several servers, as people are told it.

/** The others wait at a barrier for a server that can't be reached, since it was last seen. */
export const barrierMs = 600_000
/** A server is tried to be put back. */
export const undoMs = 300_000
