/** Chunks that are drawn first: what is in sight comes at once, the rest of a long log follows. */
export const firstChunks = 4

/** Where the page reads chunks of a log from: `limit` of them after the chunk with the id `after` ('0' = from the beginning). */
export const logAddress = (deploymentId: string, after: string, limit: number): string =>
  `/deployments/${deploymentId}/log?after=${after}&limit=${limit}`
